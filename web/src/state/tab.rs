//! The panels beside the editor, and which side is seen where the page is narrow.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Problems,
    Sees,
    Images,
    Registries,
    Files,
    Versions,
    Explain,
}

/// A panel is here once it shows something real.
pub static TABS: &[Tab] =
    &[Tab::Problems, Tab::Sees, Tab::Images, Tab::Registries, Tab::Files, Tab::Versions, Tab::Explain];

impl Tab {
    /// As in `?tab=images`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Problems => "problems",
            Self::Sees => "sees",
            Self::Images => "images",
            Self::Registries => "registries",
            Self::Files => "files",
            Self::Versions => "versions",
            Self::Explain => "explain",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Problems => "Problems",
            Self::Sees => "What RKE sees",
            Self::Images => "Images",
            Self::Registries => "Registries",
            Self::Files => "Files",
            Self::Versions => "Versions",
            Self::Explain => "Explain an error",
        }
    }

    /// By id or title.
    pub fn named(name: &str) -> Option<Self> {
        TABS.iter().copied().find(|tab| [tab.id(), tab.title()].iter().any(|n| n.eq_ignore_ascii_case(name)))
    }

    pub fn element_id(self) -> String {
        format!("tab-{}", self.id())
    }

    /// The tab a key of the keyboard leads to from this one, as tab lists do.
    pub fn after_key(self, key: &str) -> Option<Self> {
        let at = TABS.iter().position(|tab| *tab == self)?;
        let last = TABS.len() - 1;
        let to = match key {
            "ArrowRight" => (at + 1) % TABS.len(),
            "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Some(TABS[to])
    }
}

/// Where the page is too narrow for both, the side that is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Edit,
    Answers,
}

impl Side {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Answers => "answers",
        }
    }
}
