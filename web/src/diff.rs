//! What differs between two texts, line by line.

/// More cells than this are not compared: a text of which so much differs is shown as another one.
const LARGEST: usize = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'t> {
    Same(&'t str),
    Removed(&'t str),
    Added(&'t str),
}

/// The lines of both texts in order; the longest lines in common stay.
pub fn lines<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut found: Vec<Line<'_>> = old[..head].iter().map(|line| Line::Same(line)).collect();
    middle(old_middle, new_middle, &mut found);
    found.extend(old[old.len() - tail..].iter().map(|line| Line::Same(line)));
    found
}

/// Of each line of `after`, whether it is new.
pub fn added(before: &str, after: &str) -> Vec<bool> {
    let added = |line: Line<'_>| match line {
        Line::Removed(_) => None,
        Line::Same(_) => Some(false),
        Line::Added(_) => Some(true),
    };
    lines(before, after).into_iter().filter_map(added).collect()
}

fn middle<'t>(old: &[&'t str], new: &[&'t str], found: &mut Vec<Line<'t>>) {
    let width = new.len() + 1;
    let compared = (old.len() + 1) * width <= LARGEST;
    // Length of the longest common part from each pair of lines on.
    let mut common = vec![0_u16; if compared { (old.len() + 1) * width } else { 0 }];
    if compared {
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                common[i * width + j] = if old[i] == new[j] {
                    common[(i + 1) * width + j + 1] + 1
                } else {
                    common[(i + 1) * width + j].max(common[i * width + j + 1])
                };
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let both = compared && i < old.len() && j < new.len();
        if both && old[i] == new[j] {
            found.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (!both || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            found.push(Line::Removed(old[i]));
            i += 1;
        } else {
            found.push(Line::Added(new[j]));
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Line::{Added, Removed, Same};
    use super::*;

    #[test]
    fn what_both_have_stays() {
        assert_eq!(lines("a\nb\nc\nd\n", "a\nc\nx\nd\n"), [Same("a"), Removed("b"), Same("c"), Added("x"), Same("d")]);
        assert_eq!(lines("", "a\n"), [Added("a")]);
        assert_eq!(lines("a\n", ""), [Removed("a")]);
        assert_eq!(added("a\nb\n", "b\nc\n"), [false, true]);
    }

    #[test]
    fn a_repeated_line_is_new_once() {
        assert_eq!(added("a\nb\n", "a\na\nb\n").iter().filter(|new| **new).count(), 1);
    }

    #[test]
    fn two_long_texts_without_anything_in_common_are_not_compared() {
        let (old, new) = ("a\n".repeat(2000), "b\n".repeat(2000));
        assert_eq!(lines(&old, &new).len(), 4000);
    }
}
