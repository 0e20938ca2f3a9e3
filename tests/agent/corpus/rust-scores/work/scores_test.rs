mod scores;

use scores::Scores;

fn example() -> Scores {
    let mut scores = Scores::new();
    scores.add("ada", 3);
    scores.add("bob", 5);
    scores.add("ada", 4);
    scores
}

#[test]
fn points_are_added_up() {
    let scores = example();
    assert_eq!(scores.points("ada"), 7);
    assert_eq!(scores.points("bob"), 5);
}

#[test]
fn who_never_played_has_no_points() {
    assert_eq!(example().points("eve"), 0);
}

#[test]
fn players_are_counted_once() {
    assert_eq!(Scores::new().players(), 0);
    assert_eq!(example().players(), 2);
}

#[test]
fn points_can_be_lost() {
    let mut scores = example();
    scores.add("bob", -7);
    assert_eq!(scores.points("bob"), -2);
}

#[test]
fn the_leader_has_most_points() {
    assert_eq!(example().leader(), Some("ada".to_string()));
    assert_eq!(Scores::new().leader(), None);
}

#[test]
fn of_equal_players_the_first_by_name_leads() {
    for names in [["dan", "cleo", "eve"], ["eve", "dan", "cleo"]].iter() {
        let mut scores = Scores::new();
        for name in names {
            scores.add(name, 1);
        }
        assert_eq!(scores.leader(), Some("cleo".to_string()));
    }
}
