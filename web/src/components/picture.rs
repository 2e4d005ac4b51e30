use drydock_core::plan::Plan;
use yew::prelude::*;

use crate::words::{Serving, plural, serving};

const ROW: usize = 56;
/// Longer names are cut in their middle: the table has them whole.
const LONGEST: usize = 46;

/// Which registry serves how many images with which credentials, as a picture. The table below says the same in words.
pub fn picture(plan: &Plan) -> Html {
    let rows = serving(plan);
    let total: usize = rows.iter().map(|row| row.images).sum();
    let height = rows.len().max(1) * ROW;
    let middle = height / 2;
    let row = |(index, row): (usize, &Serving)| {
        let top = index * ROW;
        let y = top + ROW / 2;
        let class = if row.images == 0 { "unused" } else { row.class };
        let path = format!("M152 {middle}C210 {middle} 190 {y} 248 {y}");
        html! {
            <g {class}>
                if row.images > 0 {
                    <path d={path} class="line" />
                }
                <rect x="249" y={(top + 4).to_string()} width="390" height={(ROW - 8).to_string()} rx="4" />
                <text x="261" y={(top + 24).to_string()} class="key">{ cut(&row.key) }</text>
                <text x="261" y={(top + 42).to_string()}>{ format!("{}: {}", row.words, plural(row.images, "image")) }</text>
            </g>
        }
    };
    html! {
        <svg class="picture" role="img" aria-label="Registries and the images they serve, as in the table below" viewBox={format!("0 0 640 {height}")}>
            <rect x="1" y={(middle - 24).to_string()} width="150" height="48" rx="4" />
            <text x="13" y={(middle - 4).to_string()} class="key">{ "System images" }</text>
            <text x="13" y={(middle + 14).to_string()}>{ total }</text>
            { for rows.iter().enumerate().map(row) }
        </svg>
    }
}

fn cut(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= LONGEST {
        return name.to_owned();
    }
    let half = LONGEST / 2;
    let (head, tail) = (&letters[..half], &letters[letters.len() - half..]);
    head.iter().chain(&['…']).chain(tail).collect()
}
