pub fn two_ends(word: &str) -> String {
    word.chars().next().into_iter().chain(word.chars().last()).collect()
}
