//! A detector's project on an author's machine: which language it is in, and what builds it.

mod c;
pub(super) mod contract;
mod files;
mod js;
mod python;
mod rust;
mod stamps;
mod tool;

use crate::exit::Refused;
use anyhow::Context;
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) use stamps::Stamps;

/// What a project is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    Python,
    Js,
    Ts,
    C,
}

impl Language {
    /// The file by which a project is known.
    fn mark(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "detector.py",
            Self::Js => "detector.js",
            Self::Ts => "detector.ts",
            Self::C => "detector.c",
        }
    }
}

/// A folder with a detector in it.
pub(super) struct Project {
    /// Absolute.
    pub(super) folder: PathBuf,
    pub(super) language: Language,
}

impl Project {
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        let folder = fs::canonicalize(folder)
            .with_context(|| format!("the project {} cannot be read", folder.display()))?;
        let languages = Language::value_variants();
        let found: Vec<_> =
            languages.iter().filter(|it| folder.join(it.mark()).is_file()).copied().collect();
        match found[..] {
            [language] => Ok(Self { folder, language }),
            _ => {
                let marks: Vec<_> = languages.iter().map(|language| language.mark()).collect();
                Err(Refused(format!(
                    "{} is no project: exactly one of {} tells its language, and there are {}",
                    folder.display(),
                    marks.join(", "),
                    found.len(),
                ))
                .into())
            }
        }
    }

    /// Writes a new project named `name` into `folder`, which is empty or not there.
    pub(super) fn create(
        folder: &Path,
        name: &str,
        language: Language,
        rust_sdk: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let is_taken = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if is_taken || folder.is_file() {
            return Err(Refused(format!("{} is there already", folder.display())).into());
        }
        let sdk = match rust_sdk {
            Some(sdk) => format!("{{ path = {:?} }}", fs::canonicalize(sdk)?.display().to_string()),
            None => format!("{:?}", env!("CARGO_PKG_VERSION")),
        };
        let own = |text: &str| text.replace("my_detector", name).replace(RUST_SDK, &sdk);
        for (path, text) in files::template(language) {
            write_one(folder, path, &own(text))?;
        }
        for (path, text) in files::sdk(language) {
            write_one(folder, path, text)?;
        }
        Self::open(folder)
    }

    /// The finished component.
    pub(super) fn component(&self) -> PathBuf {
        self.folder.join("build/detector.wasm")
    }

    /// Runs the toolchain and writes the component; gives its bytes. `install` lets what is missing
    /// be brought into the project.
    pub(super) fn build(&self, install: bool) -> anyhow::Result<Vec<u8>> {
        let component = match self.language {
            Language::Rust => rust::build(self, install)?,
            Language::Python => python::build(self, install)?,
            Language::Js | Language::Ts => js::build(self, install)?,
            Language::C => c::build(self, install)?,
        };
        self.made()?;
        let path = self.component();
        // Under another name first: a server may be watching this folder.
        let unfinished = path.with_file_name(".detector.wasm");
        fs::write(&unfinished, &component)?;
        fs::rename(unfinished, &path)?;
        Ok(component)
    }

    /// The component as the files are now: built only where one was changed.
    pub(super) fn built(&self, install: bool) -> anyhow::Result<Vec<u8>> {
        self.current().map_or_else(|| self.build(install), Ok)
    }

    /// Runs the project's own tests, natively.
    pub(super) fn test(&self) -> anyhow::Result<()> {
        match self.language {
            Language::Rust => rust::test(self),
            Language::Python => python::test(self),
            Language::Js | Language::Ts => js::test(self),
            Language::C => c::test(self),
        }
    }

    /// A native program of the same code that times it, where the language has one.
    pub(super) fn native_bench(&self) -> anyhow::Result<Option<PathBuf>> {
        match self.language {
            Language::Rust => rust::native_bench(self).map(Some),
            _ => Ok(None),
        }
    }

    /// The folder of what is made on the way, which is there then.
    fn made(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join("build/made");
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }

    fn write(&self, folder: &Path, files: &[(&str, &str)]) -> anyhow::Result<()> {
        files.iter().try_for_each(|(path, text)| write_one(folder, path, text))
    }

    fn tests(&self, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
        files_ending(&self.folder.join("tests"), ending)
    }
}

/// What stands for the SDK in the manifest of the Rust template.
const RUST_SDK: &str = "{ path = \"..\" }";

fn write_one(folder: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    let path = folder.join(path);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    written
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// The files of a folder with names that end so, in one order.
fn files_ending(folder: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .filter(|path| path.as_ref().map_or(true, |it| it.to_string_lossy().ends_with(ending)))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(language: Language, name: &str) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::create(&folder.path().join("p"), name, language, None).unwrap();
        (folder, project)
    }

    #[test]
    fn a_new_project_is_of_its_language_and_has_its_name_everywhere() {
        for language in Language::value_variants() {
            let (_folder, project) = create(*language, "hum_level");
            assert_eq!(project.language, *language);
            let mut named = 0;
            for path in project.stamps().unwrap().keys() {
                let text = fs::read_to_string(path).unwrap();
                assert!(!text.contains("my_detector"), "{}", path.display());
                named += usize::from(text.contains("hum_level"));
            }
            assert!(named >= 2, "{language:?}");
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let (_folder, project) = create(Language::C, "x");
        let again = Project::create(&project.folder, "y", Language::Rust, None);
        assert!(again.err().unwrap().is::<Refused>());
    }

    #[test]
    fn a_folder_of_no_or_two_languages_is_no_project() {
        let (_folder, project) = create(Language::C, "x");
        fs::write(project.folder.join("detector.py"), "").unwrap();
        assert!(Project::open(&project.folder).err().unwrap().is::<Refused>());
        fs::remove_file(project.folder.join("detector.py")).unwrap();
        fs::remove_file(project.folder.join("detector.c")).unwrap();
        assert!(Project::open(&project.folder).err().unwrap().is::<Refused>());
    }

    #[test]
    fn a_component_is_current_until_a_file_is_changed() {
        let (_folder, project) = create(Language::Js, "x");
        assert!(project.current().is_none());
        project.made().unwrap();
        fs::write(project.component(), "component").unwrap();
        let made = fs::metadata(project.component()).unwrap().modified().unwrap();
        let later = made + std::time::Duration::from_secs(60);
        let touch = |path: &Path| fs::File::open(path).unwrap().set_modified(later).unwrap();
        touch(&project.component());
        assert_eq!(project.current().unwrap(), b"component");
        touch(&project.folder.join("detector.js"));
        assert!(project.current().is_none());
    }
}
