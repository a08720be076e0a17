//! The default theme is built into the program: what changes in it, added files too, is built in anew.

fn main() {
    println!("cargo::rerun-if-changed=themes/default");
}
