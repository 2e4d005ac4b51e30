//! The page as one file that opens from disk: every local file it names is put into it.

use super::html::{Element, elements};
use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Reads a file by the name that the page gives it.
pub type Read<'r> = &'r dyn Fn(&str) -> Result<Vec<u8>>;

/// Unpacks the page's scripts in their order and runs them. `drydockPacked` gives them what `fetch` would have.
const UNPACK: &str = r#"
globalThis.drydockPacked = (id) => {
  const block = document.getElementById(id);
  const text = block.textContent;
  const words = new DataView(new ArrayBuffer((text.length / 5) * 4));
  for (let at = 0, word = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 40;
    word = word * 85 + digit - (digit > 20);
    if (at % 5 === 4) {
      words.setUint32(((at - 4) / 5) * 4, word);
      word = 0;
    }
  }
  const packed = new Uint8Array(words.buffer, 0, block.dataset.bytes);
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked, { headers: { "Content-Type": "application/wasm" } });
};
for (const block of document.querySelectorAll("script[data-kind]")) {
  const script = document.createElement("script");
  script.type = block.dataset.kind;
  script.textContent = await drydockPacked(block.id).text();
  document.head.append(script);
}
"#;

/// The page as one file.
pub struct OneFile {
    pub html: String,
    /// What its packed scripts become: the policy has to name them.
    pub scripts: Vec<String>,
}

/// Fails on anything local that it does not know how to put into the page.
pub fn inline(html: &str, read: Read<'_>) -> Result<OneFile> {
    let mut page = Page { read, blocks: 0, scripts: Vec::new() };
    let mut out = String::with_capacity(html.len());
    let mut at = 0;
    for element in elements(html) {
        let Some(replacement) = page.replace(&element)? else { continue };
        out.push_str(&html[at..element.outer.start]);
        out.push_str(&replacement);
        at = element.outer.end;
    }
    out.push_str(&html[at..]);
    Ok(OneFile { html: out, scripts: page.scripts })
}

struct Page<'r> {
    read: Read<'r>,
    /// How many there are so far.
    blocks: usize,
    scripts: Vec<String>,
}

impl Page<'_> {
    /// What stands instead of an element; `None` where it stays.
    fn replace(&mut self, element: &Element) -> Result<Option<String>> {
        let (href, src) = (element.attribute("href"), element.attribute("src"));
        match (element.name.as_str(), element.attribute("rel")) {
            ("link", Some("modulepreload" | "preload")) => Ok(Some(String::new())),
            ("link", Some("stylesheet")) => {
                stylesheet(href.context("a stylesheet without `href`")?, self.read).map(Some)
            }
            ("link", Some("icon")) if href.is_some_and(is_local) => icon(href.unwrap_or_default(), self.read).map(Some),
            ("script", _) if element.is_module() => {
                self.program(src.context("a module script without `src`")?).map(Some)
            }
            ("script", _) if src.is_some() && element.is_code() => {
                let script = text(src.unwrap_or_default(), self.read)?;
                self.script("text/javascript", script).map(Some)
            }
            ("a", _) => Ok(None),
            (name, _) => match src.or(href).filter(|file| is_local(file)) {
                Some(file) => bail!("`{file}` of <{name}> cannot be put into the page"),
                None => Ok(None),
            },
        }
    }

    /// The page's last script, and the modules that it fetches.
    fn program(&mut self, file: &str) -> Result<String> {
        let mut code = text(file, self.read)?;
        ensure!(!code.lines().any(|line| line.starts_with("import ")), "`{file}` imports another file");
        let mut out = String::new();
        // Addresses beside the script; `fetch` may stand around one already.
        while let Some((before, from)) = code.split_once("new URL(") {
            let (argument, after) =
                from.split_once(", import.meta.url)").context("an address that is not the script's")?;
            let (id, block) = self.block("", &(self.read)(argument.trim_matches(['\'', '"']))?)?;
            out += &block;
            let response = format!("drydockPacked(\"{id}\")");
            code = match before.strip_suffix("fetch(").zip(after.strip_prefix(')')) {
                Some((before, after)) => format!("{before}Promise.resolve({response}){after}"),
                None => format!("{before}{response}{after}"),
            };
        }
        out += &self.script("module", code)?;
        Ok(format!("{out}<script type=\"module\">{UNPACK}</script>"))
    }

    fn script(&mut self, kind: &str, code: String) -> Result<String> {
        let (_, block) = self.block(&format!(" data-kind=\"{kind}\""), code.as_bytes())?;
        self.scripts.push(code);
        Ok(block)
    }

    /// Packed, under an id.
    fn block(&mut self, attribute: &str, bytes: &[u8]) -> Result<(String, String)> {
        // Slower than gzip, and a fifteenth smaller.
        let mut packed = Vec::new();
        zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, bytes, &mut packed)?;
        let id = format!("drydock-{}", self.blocks);
        self.blocks += 1;
        let (size, packed) = (packed.len(), base85(&packed));
        let kind = "application/octet-stream";
        let block = format!("<script type=\"{kind}\" id=\"{id}\" data-bytes=\"{size}\"{attribute}>{packed}</script>\n");
        Ok((id, block))
    }
}

/// Five digits for four bytes, a sixteenth shorter than base64. The digits are the characters from `(` to `}` without `<`,
/// which could end a script: no alphabet of the known libraries leaves it out.
fn base85(bytes: &[u8]) -> String {
    let digits = |chunk: &[u8]| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes(word);
        [52_200_625, 614_125, 7_225, 85, 1].map(|power| {
            let digit = (word / power % 85) as u8;
            char::from(b'(' + digit + u8::from(digit >= b'<' - b'('))
        })
    };
    bytes.chunks(4).flat_map(digits).collect()
}

fn is_local(file: &str) -> bool {
    !file.starts_with('#') && !file.starts_with("data:")
}

fn text(file: &str, read: Read<'_>) -> Result<String> {
    let text = String::from_utf8(read(file)?).with_context(|| format!("`{file}` is no text"))?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn stylesheet(file: &str, read: Read<'_>) -> Result<String> {
    let css = text(file, read)?;
    let foreign = css.match_indices("url(").any(|(at, _)| {
        let target = css[at + 4..].trim_start_matches(['"', '\'', ' ']);
        is_local(target)
    });
    ensure!(!foreign && !css.contains("@import"), "`{file}` names another file, which cannot be put into the page");
    // It means the same inside of strings, the only places where these letters can stand.
    Ok(format!("<style>{}</style>", css.replace("</", "<\\/")))
}

fn icon(file: &str, read: Read<'_>) -> Result<String> {
    let kind = match file.rsplit('.').next() {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        _ => bail!("`{file}` is no kind of icon that is known"),
    };
    Ok(format!("<link rel=\"icon\" href=\"data:{kind};base64,{}\">", BASE64_STANDARD.encode(read(file)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head><link rel=\"stylesheet\" href=\"./s.css\"><script src=\"./editor.js\" defer></script>\
        <link rel=\"modulepreload\" href=\"./d.js\"><link rel=\"preload\" href=\"./d_bg.wasm\" as=\"fetch\">\
        <script type=\"module\" src=\"./d.js\"></script></head>";

    fn read(file: &str) -> Result<Vec<u8>> {
        Ok(match file {
            "./s.css" => b"p { color: red }".to_vec(),
            "./editor.js" => b"var a = '</script><!--';".to_vec(),
            "./d.js" => b"const later = fetch(new URL(\"./l.wasm\", import.meta.url));\n\
                          const first = new URL('d_bg.wasm', import.meta.url);\n"
                .to_vec(),
            "d_bg.wasm" => b"\0asm".to_vec(),
            "./l.wasm" => b"\0asm later".to_vec(),
            _ => bail!("no file `{file}`"),
        })
    }

    /// What a block holds.
    fn unpacked(page: &OneFile, id: &str) -> Vec<u8> {
        use std::io::Read;
        let found = elements(&page.html);
        let block = found.iter().find(|element| element.attribute("id") == Some(id)).unwrap();
        let digit = |digit: u8| u32::from(digit - b'(') - u32::from(digit > b'<');
        let word = |digits: &[u8]| digits.iter().fold(0, |word, it| word * 85 + digit(*it)).to_be_bytes();
        let packed: Vec<u8> = page.html[block.inner.clone()].as_bytes().chunks(5).flat_map(word).collect();
        let size: usize = block.attribute("data-bytes").unwrap().parse().unwrap();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&packed[..size]).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn nothing_of_the_page_stays_outside() {
        let page = inline(PAGE, &read).unwrap();
        assert!(page.html.contains("<style>p { color: red }</style>"));
        assert!(!page.html.contains("./") && !page.html.contains("preload"), "{}", page.html);
        assert_eq!(unpacked(&page, "drydock-1"), b"\0asm later");
        assert_eq!(unpacked(&page, "drydock-2"), b"\0asm");
    }

    #[test]
    fn scripts_run_in_their_order_and_fetch_from_the_page() {
        let page = inline(PAGE, &read).unwrap();
        let program = "const later = Promise.resolve(drydockPacked(\"drydock-1\"));\n\
                       const first = drydockPacked(\"drydock-2\");\n";
        assert_eq!(page.scripts, ["var a = '</script><!--';", program]);
        assert_eq!(unpacked(&page, "drydock-0"), page.scripts[0].as_bytes());
        assert_eq!(unpacked(&page, "drydock-3"), page.scripts[1].as_bytes());
        let kinds: Vec<_> =
            elements(&page.html).iter().filter_map(|it| it.attribute("data-kind").map(str::to_owned)).collect();
        assert_eq!(kinds, ["text/javascript", "module"]);
    }

    #[test]
    fn what_cannot_be_put_into_the_page_is_refused() {
        let refused = |html: &str| inline(html, &read).err().unwrap().to_string();
        assert_eq!(refused("<img src=\"logo.png\">"), "`logo.png` of <img> cannot be put into the page");
        assert_eq!(
            refused("<link rel=\"manifest\" href=\"m.json\">"),
            "`m.json` of <link> cannot be put into the page"
        );
        assert_eq!(refused("<script src=\"missing.js\"></script>"), "no file `missing.js`");
        let css = |_: &str| Ok(b"@font-face { src: url(\"a.woff2\") }".to_vec());
        let html = "<link rel=\"stylesheet\" href=\"s.css\">";
        assert!(inline(html, &css).err().unwrap().to_string().starts_with("`s.css` names another file"));
    }

    #[test]
    fn links_out_of_the_page_stay() {
        let html = "<a href=\"guide.html\">guide</a><link rel=\"icon\" href=\"data:,\">";
        assert_eq!(inline(html, &read).unwrap().html, html);
    }
}
