use crate::Results;

/// Prints what was measured to standard output.
pub(crate) fn print(results: &Results) {
    let mut title = "";
    println!("{:<44}{:>9}{:>9}{:>9}{:>9}{:>9}", "one operation", "ns 1T", "ns 2T", "x first", "instr", "allocs");
    for m in results.all() {
        if title != m.workload {
            title = m.workload;
            println!("\n{title}");
        }
        let (two, instructions) = (optional(m.two, 2), optional(m.instructions, 0));
        let allocations = short(m.allocations);
        println!("  {:<42}{:>9.2}{two:>9}{:>9.2}{instructions:>9}{allocations:>9}", m.who, m.one, m.ratio);
    }
    println!();
}

fn optional(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

fn short(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") }
}
