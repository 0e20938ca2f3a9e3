mod life;

use life::Grid;

fn after(steps: usize, picture: &str) -> String {
    let mut grid = Grid::parse(picture);
    for _ in 0..steps {
        grid = grid.step();
    }
    grid.picture()
}

#[test]
fn parse_and_picture_belong_together() {
    let picture = "#..\n.#.\n";
    assert_eq!(Grid::parse(picture).picture(), picture);
    assert!(Grid::parse(picture).is_alive(1, 1));
    assert!(!Grid::parse(picture).is_alive(7, 1));
}

#[test]
fn nothing_stays_nothing() {
    assert_eq!(after(1, "..\n..\n"), "..\n..\n");
}

#[test]
fn a_lonely_cell_dies() {
    assert_eq!(after(1, "...\n.#.\n...\n"), "...\n...\n...\n");
}

#[test]
fn a_block_in_the_corner_stays() {
    let block = "##..\n##..\n....\n";
    assert_eq!(after(1, block), block);
    assert_eq!(after(5, block), block);
}

#[test]
fn a_blinker_turns() {
    let upright = ".....\n..#..\n..#..\n..#..\n.....\n";
    let flat = ".....\n.....\n.###.\n.....\n.....\n";
    assert_eq!(after(1, upright), flat);
    assert_eq!(after(2, upright), upright);
}

#[test]
fn a_full_grid_keeps_its_corners() {
    assert_eq!(after(1, "###\n###\n###\n"), "#.#\n...\n#.#\n");
}
