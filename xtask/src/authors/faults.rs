//! What an author does by habit and by mistake: a print, a look at the clock or at a file, an
//! exception. The caller gets an error with its text, and nothing traps.

use super::read;
use super::tools::Tools;
use crate::step::Step;
use anyhow::ensure;
use std::path::Path;

struct Fault {
    project: &'static str,
    source: &'static str,
    /// A line of the template in `fit`, before which the fault is put.
    before: &'static str,
    code: &'static str,
    /// What the caller is told.
    told: &'static str,
}

const FAULTS: [Fault; 4] = [
    Fault {
        project: "hum_level",
        source: "detector.py",
        before: "        columns = [",
        code: "        import logging, time\n        print(time.time())\n        \
               logging.getLogger().error('odd')\n        raise KeyError('hum')\n",
        told: "KeyError: 'hum'",
    },
    Fault {
        project: "in_js",
        source: "detector.js",
        before: "        this.medians_ = new",
        code: "        console.log(Date.now());\n        throw new TypeError('hum');\n",
        told: "TypeError: hum",
    },
    Fault {
        project: "in_ts",
        source: "detector.ts",
        before: "        this.medians_ = new",
        code: "        const count: string = X.columns;\n",
        told: "Type 'number' is not assignable to type 'string'",
    },
    Fault {
        project: "in_c",
        source: "detector.c",
        before: "  (void)seed;\n",
        code: "  if (!fopen(\"/etc/hostname\", \"r\")) puts(\"no file\");\n  \
               return pyn_fail(PYN_NUMERICAL, \"hum\");\n",
        told: "hum",
    },
];

/// Puts each fault into a project and runs it.
pub(super) fn run(tools: &Tools, folder: &Path) -> anyhow::Result<()> {
    for fault in &FAULTS {
        Step::new(format!("{}: a fault is an error", fault.source))
            .run(|| try_one(tools, &folder.join(fault.project), fault))?;
    }
    Ok(())
}

fn try_one(tools: &Tools, project: &Path, fault: &Fault) -> anyhow::Result<()> {
    let source = project.join(fault.source);
    let text = read(source.clone())?;
    ensure!(text.contains(fault.before), "the template has no line {:?}", fault.before);
    let broken = text.replacen(fault.before, &format!("{}{}", fault.code, fault.before), 1);
    let broken = broken.replacen("#include <math.h>", "#include <math.h>\n#include <stdio.h>", 1);
    std::fs::write(source, broken)?;
    let output = tools.plugin(&["run", "rows.csv"], project)?.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let is_told = said.contains(fault.told) && !said.contains("the plugin failed");
    ensure!(!output.status.success() && is_told, "not told {:?}:\n{said}", fault.told);
    Ok(())
}
