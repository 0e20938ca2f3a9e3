pub fn two_ends(word: &str) -> String {
    todo!("{word}")
}
