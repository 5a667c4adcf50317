use metrics_core::instrument_histogram;
use std::fmt::Debug;

struct Stack<T, const N: usize>([T; N]);

impl<T: Debug, const N: usize> Stack<T, N> {
    #[instrument_histogram(name = "stack_seconds", const_labels(kind = "stack"))]
    async fn show<'a, F>(&'a self, map: F) -> Result<String, Box<dyn std::error::Error>>
    where
        F: Fn(&'a T) -> String + 'a,
    {
        let first = self.0.first().ok_or("empty")?;
        Ok(map(first))
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let stack = Stack([1, 2]);
    drop(is_send(stack.show(|value| format!("{value:?}"))));
}
