//! Places outside of brackets, told by their column.

use super::{Place, Style, split_key};

/// One line taken apart: dashes, then a key with its colon, then the rest.
pub struct Line<'t> {
    /// Columns of the dashes.
    dashes: Vec<usize>,
    /// Column of what stands behind them.
    column: usize,
    pub key: Option<&'t str>,
    pub rest: &'t str,
}

impl<'t> Line<'t> {
    pub fn read(text: &'t str) -> Self {
        let mut column = text.len() - text.trim_start_matches(' ').len();
        let mut dashes = Vec::new();
        while let Some(behind) = text[column..].strip_prefix('-').filter(|b| b.is_empty() || b.starts_with(' ')) {
            dashes.push(column);
            column += 1 + behind.len() - behind.trim_start_matches(' ').len();
        }
        let content = &text[column..];
        match split_key(content) {
            Some((key, rest)) => Self { dashes, column, key: Some(key), rest },
            None => Self { dashes, column, key: None, rest: content },
        }
    }

    /// The keys from the root down to the end of the line, `above` being the text before it.
    pub fn steps(&self, above: &'t str) -> Vec<&'t str> {
        let column = self.dashes.first().copied().unwrap_or(self.column);
        let mut steps = parents(above, column, !self.dashes.is_empty());
        steps.extend(self.dashes.iter().map(|_| ""));
        steps.extend(self.key);
        steps
    }

    fn first_column(&self) -> usize {
        self.dashes.first().copied().unwrap_or(self.column)
    }
}

/// What may stand at `offset` of the line that begins at `start`.
pub fn places<'t>(text: &'t str, start: usize, offset: usize) -> Vec<Place<'t>> {
    let line = Line::read(&text[start..offset]);
    let above = &text[..start];
    let style = Style::Block { column: line.column, glued: line.dashes.last().is_some_and(|at| at + 1 == line.column) };
    let place = |steps, taken| Place { steps, typed: line.rest, taken, behind_key: line.key.is_some(), style };
    let steps = line.steps(above);
    if line.key.is_some() {
        return vec![place(steps, Vec::new())];
    }
    if let Some(dash) = line.dashes.last() {
        let mut taken = listed(text, start, *dash);
        taken.extend(siblings(text, start, &line));
        return vec![place(steps, taken)];
    }
    // Without a dash it may still become an item, of a list that stands in the column of its key as well.
    let of_list = parents(above, line.column, true);
    let block = (of_list != steps).then(|| place(steps, siblings(text, start, &line)));
    let item = if block.is_some() { of_list } else { line.steps(above) };
    let mut taken = siblings(text, start, &line);
    taken.extend(listed(text, start, line.column));
    block.into_iter().chain([place(item, taken)]).collect()
}

/// The keys above a line, from the root; an empty step stands for an item of a list. `in_list`: the line is an item of
/// one, which may stand in the column of its key.
fn parents(above: &str, mut column: usize, mut in_list: bool) -> Vec<&str> {
    let mut steps = Vec::new();
    for text in above.lines().rev().filter(|text| !is_blank(text)) {
        let before = Line::read(text);
        let is_parent = before.column < column || in_list && before.column == column;
        if let Some(key) = before.key.filter(|_| is_parent && before.rest.is_empty()) {
            steps.push(key);
            (column, in_list) = (before.column, false);
        } else if before.dashes.is_empty() && before.column <= column {
            in_list = false;
        }
        for dash in before.dashes.into_iter().rev() {
            if dash < column {
                steps.push("");
                (column, in_list) = (dash, true);
            }
        }
    }
    steps.reverse();
    steps
}

/// Keys that the block of the line already has.
fn siblings<'t>(text: &'t str, start: usize, line: &Line<'_>) -> Vec<&'t str> {
    let mut taken = Vec::new();
    let mut collect = |text: &'t str| {
        let before = Line::read(text);
        let is_blank = is_blank(text);
        if !is_blank && before.column == line.column {
            taken.extend(before.key);
        }
        // The line with the dash is the block's first.
        is_blank || before.first_column() >= line.column
    };
    if line.dashes.is_empty() {
        let _ = text[..start].lines().rev().all(&mut collect);
    }
    let after = text[start..].lines().skip(1);
    let _ = after.take_while(|text| Line::read(text).dashes.is_empty()).all(&mut collect);
    taken
}

/// Scalars that the list with dashes in this column already has.
fn listed(text: &str, start: usize, dash: usize) -> Vec<&str> {
    let of_list = |text: &&str| {
        let line = Line::read(text);
        is_blank(text) || line.first_column() > dash || line.dashes.first() == Some(&dash)
    };
    let item = |text| {
        let line = Line::read(text);
        (line.key.is_none() && line.dashes.contains(&dash)).then(|| line.rest.split(" #").next().unwrap_or("").trim())
    };
    let above = text[..start].lines().rev().take_while(of_list);
    above.chain(text[start..].lines().skip(1).take_while(of_list)).filter_map(item).collect()
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}
