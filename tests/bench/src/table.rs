use crate::Results;

/// Prints what was measured.
#[derive(Debug)]
pub struct Table<'a>(pub &'a Results);

impl Table<'_> {
    /// To standard output.
    pub fn print(&self) {
        let mut title = "";
        println!("{:<44}{:>9}{:>9}{:>9}{:>9}{:>9}", "one operation", "ns 1T", "ns 2T", "x first", "instr", "allocs");
        for m in self.0.all() {
            if title != m.workload {
                title = m.workload;
                println!("\n{title}");
            }
            let two = optional(m.two, 2);
            let instructions = optional(m.instructions, 0);
            println!(
                "  {:<42}{:>9.2}{:>9}{:>9.2}{:>9}{:>9}",
                m.who,
                m.one,
                two,
                m.ratio,
                instructions,
                short(m.allocations)
            );
        }
        println!();
    }
}

fn optional(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

fn short(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") }
}
