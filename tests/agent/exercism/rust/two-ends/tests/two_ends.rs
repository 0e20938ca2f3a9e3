use two_ends::two_ends;

#[test]
fn a_word() {
    assert_eq!(two_ends("hearth"), "hh");
}

#[test]
#[ignore]
fn no_word() {
    assert_eq!(two_ends(""), "");
}
