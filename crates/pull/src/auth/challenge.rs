//! What a registry asks for with `WWW-Authenticate`.

use reqwest::Url;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// How a host wants to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    Open,
    Basic,
    /// `scope`: what it asks for, where that is said.
    Bearer {
        realm: Url,
        service: Option<String>,
        scope: Option<String>,
    },
}

impl Challenge {
    /// Of several the bearer token wins: registries that offer both want it. `here` is what a realm without host is of.
    pub fn parse(headers: &HeaderMap, here: &Url) -> Self {
        let mut found = Self::Open;
        for value in headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()) {
            for (scheme, parameters) in offers(value) {
                let parameter = |name: &str| {
                    let mut named = parameters.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
                    named.next().map(|(_, value)| value.clone())
                };
                let realm = parameter("realm").filter(|realm| !realm.is_empty());
                let realm = realm.and_then(|realm| here.join(&realm).ok());
                if let (true, Some(realm)) = (scheme.eq_ignore_ascii_case("bearer"), realm) {
                    return Self::Bearer { realm, service: parameter("service"), scope: parameter("scope") };
                }
                if scheme.eq_ignore_ascii_case("basic") {
                    found = Self::Basic;
                }
            }
        }
        found
    }
}

type Offer = (String, Vec<(String, String)>);

/// The schemes of one header with their parameters: `Scheme key="value", key=value, Scheme …`. Commas inside quotes do
/// not part them, and a backslash there quotes the next character.
fn offers(text: &str) -> Vec<Offer> {
    let (mut offers, mut rest): (Vec<Offer>, _) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let word = rest.find(['=', ',', ' ', '\t']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(word);
        let after = after.trim_start_matches([' ', '\t']);
        match (after.strip_prefix('='), offers.last_mut()) {
            (Some(value), Some((_, parameters))) => {
                let (value, after) = parameter_value(value.trim_start_matches([' ', '\t']));
                parameters.push((name.to_owned(), value));
                rest = after;
            }
            (Some(_), None) => return offers,
            (None, _) if name.is_empty() => return offers,
            (None, _) => {
                offers.push((name.to_owned(), Vec::new()));
                rest = after;
            }
        }
    }
}

fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut chars) = (String::new(), quoted.chars());
    while let Some(char) = chars.next() {
        match char {
            '"' => break,
            '\\' => value.extend(chars.next()),
            char => value.push(char),
        }
    }
    (value, chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(values: &[&str]) -> Challenge {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::parse(&headers, &Url::parse("https://r.example/v2/").unwrap())
    }

    #[test]
    fn challenges_are_read_with_their_quotes() {
        let bearer = r#"bearer realm="https://a.example/t?x=1,2",service="r",scope="repository:a:pull,push""#;
        let scoped = |realm, service: &str, scope: Option<&str>| Challenge::Bearer {
            realm: Url::parse(realm).unwrap(),
            service: Some(service.to_owned()),
            scope: scope.map(str::to_owned),
        };
        let of = |realm, service| scoped(realm, service, None);
        let expected = scoped("https://a.example/t?x=1,2", "r", Some("repository:a:pull,push"));
        assert_eq!(challenge(&[bearer]), expected);
        assert_eq!(challenge(&["Basic realm=\"x\"", bearer]), expected);
        assert_eq!(challenge(&[&format!("Negotiate abc==, Basic realm=\"x\", {bearer}")]), expected);
        assert_eq!(challenge(&[&format!("{bearer}, Basic realm=\"Bearer realm=y\"")]), expected);
        assert_eq!(challenge(&["BEARER  Service = r ,realm=https://a.example/t"]), of("https://a.example/t", "r"));
        let quoted = r#"Bearer scope="",realm="/token",service="a \"b\", c""#;
        assert_eq!(challenge(&[quoted]), scoped("https://r.example/token", r#"a "b", c"#, Some("")));
        assert_eq!(challenge(&["Bearer realm=\"https://a.example/t\",service=\"r"]), of("https://a.example/t", "r"));
        assert_eq!(challenge(&["Basic realm=x"]), Challenge::Basic);
        assert_eq!(challenge(&["bAsIc"]), Challenge::Basic);
        assert_eq!(challenge(&["Bearer service=\"no realm\""]), Challenge::Open);
        for nonsense in ["", "=", ",,", "= = =", "Bearer realm", "Bearer realm=", "realm=x"] {
            assert_eq!(challenge(&[nonsense]), Challenge::Open, "{nonsense}");
        }
        assert_eq!(challenge(&[]), Challenge::Open);
    }
}
