//! The page as one file that opens from disk: every local file it names is put into it.

use super::html::{Element, elements};
use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// Reads a file by the name that the page gives it.
pub type Read<'r> = &'r dyn Fn(&str) -> Result<Vec<u8>>;

/// Stands where the module script stood. Nothing here may clash with the names of wasm-bindgen's script above it.
const START: &str = r#"
{
  const packed = document.getElementById("drydock-wasm").textContent.trim();
  const bytes = Uint8Array.fromBase64
    ? Uint8Array.fromBase64(packed)
    : Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = await new Response(unpacked).arrayBuffer();
  const instance = await INIT({ module_or_path: module });
  dispatchEvent(new CustomEvent("TrunkApplicationStarted", { detail: { wasm: instance } }));
}
"#;

/// Fails on anything local that it does not know how to put into the page.
pub fn inline(html: &str, read: Read<'_>) -> Result<String> {
    let mut page = String::with_capacity(html.len());
    let mut at = 0;
    for element in elements(html) {
        let Some(replacement) = replace(&element, &html[element.inner.clone()], read)? else { continue };
        page.push_str(&html[at..element.outer.start]);
        page.push_str(&replacement);
        at = element.outer.end;
    }
    page.push_str(&html[at..]);
    Ok(page)
}

/// What stands instead of an element; `None` where it stays.
fn replace(element: &Element, inner: &str, read: Read<'_>) -> Result<Option<String>> {
    if element.is_module() {
        ensure!(element.attribute("src").is_none(), "a module script with `src` cannot be put into the page");
        return start(inner, read).map(Some);
    }
    let (href, src) = (element.attribute("href"), element.attribute("src"));
    match (element.name.as_str(), element.attribute("rel")) {
        ("link", Some("modulepreload" | "preload")) => Ok(Some(String::new())),
        ("link", Some("stylesheet")) => stylesheet(href.context("a stylesheet without `href`")?, read).map(Some),
        ("link", Some("icon")) if href.is_some_and(is_local) => icon(href.unwrap_or_default(), read).map(Some),
        ("script", _) if src.is_some() && element.is_code() => {
            let script = text(src.unwrap_or_default(), read)?;
            Ok(Some(format!("<script>{}</script>", guard(&script, "script"))))
        }
        ("a", _) => Ok(None),
        (name, _) => match src.or(href).filter(|file| is_local(file)) {
            Some(file) => bail!("`{file}` of <{name}> cannot be put into the page"),
            None => Ok(None),
        },
    }
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
    Ok(format!("<style>{}</style>", guard(&css, "style")))
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

/// Trunk's start script names wasm-bindgen's script and the module; both are put into the page.
fn start(trunk: &str, read: Read<'_>) -> Result<String> {
    let quoted = |end: &str| trunk.split(['\'', '"', '`']).skip(1).step_by(2).find(|word| word.ends_with(end));
    let script = quoted(".js").context("the module script imports no .js file")?;
    let module = quoted(".wasm").context("the module script names no .wasm file")?;

    let glue = text(script, read)?;
    ensure!(!glue.lines().any(|line| line.starts_with("import ")), "`{script}` imports another file");
    let init = default_export(&glue).with_context(|| format!("`{script}` has no default export"))?;
    let code = format!("{glue}{}", START.replace("INIT", init));

    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&read(module)?)?;
    let packed = BASE64_STANDARD.encode(packed.finish()?);
    Ok(format!(
        "<script type=\"application/octet-stream\" id=\"drydock-wasm\">{packed}</script>\n\
         <script type=\"module\">\n{}</script>",
        guard(&code, "script")
    ))
}

/// As `export { initSync, __wbg_init as default };` or `export default __wbg_init;`.
fn default_export(glue: &str) -> Option<&str> {
    let name = match glue.rsplit_once(" as default") {
        Some((before, _)) => before,
        None => glue.rsplit_once("export default ")?.1.split(';').next()?,
    };
    name.rsplit([' ', '{', ',']).next().filter(|name| !name.is_empty())
}

/// Keeps a script's or style's own text from ending it. `\/` and `\x3C` mean the same inside strings and patterns,
/// the only places where these letters can stand.
fn guard(text: &str, element: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        guarded.push_str(before);
        let closes = from[1..].strip_prefix('/').and_then(|name| name.get(..element.len()));
        if closes.is_some_and(|name| name.eq_ignore_ascii_case(element)) {
            guarded.push_str("<\\");
        } else if element == "script" && from.starts_with("<!--") {
            guarded.push_str("\\x3C");
        } else {
            guarded.push('<');
        }
        rest = &from[1..];
    }
    guarded + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUNK: &str = "<head><link rel=\"stylesheet\" href=\"./s.css\"><script src=\"./editor.js\" defer></script>\
        <script type=\"module\">\nimport init, * as bindings from './d.js';\n\
        const wasm = await init({ module_or_path: './d_bg.wasm' });\n</script>\
        <link rel=\"modulepreload\" href=\"./d.js\"><link rel=\"preload\" href=\"./d_bg.wasm\" as=\"fetch\"></head>";

    fn read(file: &str) -> Result<Vec<u8>> {
        Ok(match file {
            "./s.css" => b"p { color: red }".to_vec(),
            "./editor.js" => b"var a = '</script><!--';".to_vec(),
            "./d.js" => b"let wasm;\nexport { initSync, __wbg_init as default };\n".to_vec(),
            "./d_bg.wasm" => b"\0asm".to_vec(),
            _ => bail!("no file `{file}`"),
        })
    }

    #[test]
    fn nothing_of_the_page_stays_outside() {
        let page = inline(TRUNK, &read).unwrap();
        assert!(page.contains("<style>p { color: red }</style>"));
        assert!(page.contains("<script>var a = '<\\/script>\\x3C!--';</script>"), "{page}");
        assert!(page.contains("await __wbg_init({ module_or_path: module })"), "{page}");
        assert!(!page.contains("./") && !page.contains("preload"), "{page}");
    }

    #[test]
    fn the_module_comes_back_unchanged() {
        use std::io::Read;
        let page = inline(TRUNK, &read).unwrap();
        let data = elements(&page).into_iter().find(|element| element.attribute("id") == Some("drydock-wasm")).unwrap();
        let packed = BASE64_STANDARD.decode(&page[data.inner]).unwrap();
        let mut module = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut module).unwrap();
        assert_eq!(module, b"\0asm");
    }

    #[test]
    fn what_cannot_be_put_into_the_page_is_refused() {
        let refused = |html: &str| inline(html, &read).unwrap_err().to_string();
        assert_eq!(refused("<img src=\"logo.png\">"), "`logo.png` of <img> cannot be put into the page");
        assert_eq!(
            refused("<link rel=\"manifest\" href=\"m.json\">"),
            "`m.json` of <link> cannot be put into the page"
        );
        assert_eq!(refused("<script src=\"missing.js\"></script>"), "no file `missing.js`");
        let css = |_: &str| Ok(b"@font-face { src: url(\"a.woff2\") }".to_vec());
        let html = "<link rel=\"stylesheet\" href=\"s.css\">";
        assert!(inline(html, &css).unwrap_err().to_string().starts_with("`s.css` names another file"));
    }

    #[test]
    fn links_out_of_the_page_stay() {
        let html = "<a href=\"guide.html\">guide</a><link rel=\"icon\" href=\"data:,\">";
        assert_eq!(inline(html, &read).unwrap(), html);
    }

    #[test]
    fn both_forms_of_default_export_are_read() {
        assert_eq!(default_export("export { initSync, __wbg_init as default };"), Some("__wbg_init"));
        assert_eq!(default_export("x;\nexport default init;\n"), Some("init"));
        assert_eq!(default_export("x;"), None);
    }
}
