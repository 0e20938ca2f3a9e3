mod packet;

#[test]
fn decode_undoes_encode() {
    for text in &["", "a", "hello", "a longer payload than the others"] {
        let encoded = packet::encode(text.as_bytes());
        assert_eq!(packet::decode(&encoded), Some(text.as_bytes()));
    }
}

#[test]
fn damage_is_found() {
    let mut encoded = packet::encode(b"hello");
    encoded[9] ^= 1;
    assert_eq!(packet::decode(&encoded), None);
    assert_eq!(packet::decode(b"pk"), None);
}

#[test]
fn answer() {
    let answer = std::fs::read_to_string("ANSWER.txt").expect("ANSWER.txt can't be read");
    let length = packet::encode(b"hello").len();
    assert!(
        answer.trim() == length.to_string(),
        "ANSWER.txt does not hold the right number"
    );
}
