use super::text::InlineText;
use super::{Dense, Density, Hashed};
use std::borrow::Cow;
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64};
use std::rc::Rc;
use std::sync::Arc;

/// The value of one label. Derive it for enums and newtypes; see [`derive@crate::LabelValue`].
///
/// Implemented for `bool`, integers, `str`, `String`, `Cow<str>`, `Box<str>`, `Arc<str>`, `Option<V>`
/// (`None` is the empty text, which Prometheus treats as no label) and references to them.
///
/// Two values that give the same text are the same label value.
///
/// ```
/// use metrics_core::LabelValue;
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Method { Get, Post }
///
/// assert_eq!(Method::Post.text(), "post");
/// assert_eq!(404u16.text().as_ref(), "404");
/// # let _ = Method::Get;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no label value",
    label = "needs `#[derive(LabelValue)]`",
    note = "enums without data, newtypes, `bool`, integers and strings are label values; floats are not, as every observation would be a series"
)]
pub trait LabelValue {
    /// Whether all values are known at compile time.
    type Density: Density;
    /// All texts in the order of [`index`](Self::index), if the values are dense; else empty.
    const VALUES: &'static [&'static str];
    /// The text, borrowed where it can be.
    type Text<'a>: AsRef<str>
    where
        Self: 'a;

    /// The value's number among [`VALUES`](Self::VALUES); 0 if they are not dense.
    fn index(&self) -> usize;

    /// The value as text.
    fn text(&self) -> Self::Text<'_>;
}

#[allow(clippy::use_self, reason = "`str` says more than `Self`")]
impl LabelValue for str {
    type Density = Hashed;
    const VALUES: &'static [&'static str] = &[];
    type Text<'a> = &'a str;

    #[inline]
    fn index(&self) -> usize {
        0
    }

    #[inline]
    fn text(&self) -> &str {
        self
    }
}

macro_rules! strings {
    ($($ty:ty),*) => {$(
        impl LabelValue for $ty {
            type Density = Hashed;
            const VALUES: &'static [&'static str] = &[];
            type Text<'a> = &'a str where Self: 'a;

            #[inline]
            fn index(&self) -> usize {
                0
            }

            #[inline]
            fn text(&self) -> &str {
                self
            }
        }
    )*};
}

strings!(String, Cow<'_, str>, Box<str>, Arc<str>, Rc<str>);

macro_rules! integers {
    ($($ty:ty => $get:expr),*) => {$(
        impl LabelValue for $ty {
            type Density = Hashed;
            const VALUES: &'static [&'static str] = &[];
            type Text<'a> = InlineText;

            #[inline]
            fn index(&self) -> usize {
                0
            }

            #[inline]
            fn text(&self) -> InlineText {
                let get: fn(Self) -> _ = $get;
                InlineText::integer(get(*self))
            }
        }
    )*};
}

integers! {
    u8 => |v| v, u16 => |v| v, u32 => |v| v, u64 => |v| v, u128 => |v| v, usize => |v| v,
    i8 => |v| v, i16 => |v| v, i32 => |v| v, i64 => |v| v, i128 => |v| v, isize => |v| v,
    NonZeroU8 => NonZeroU8::get, NonZeroU16 => NonZeroU16::get, NonZeroU32 => NonZeroU32::get,
    NonZeroU64 => NonZeroU64::get
}

impl LabelValue for bool {
    type Density = Dense;
    const VALUES: &'static [&'static str] = &["false", "true"];
    type Text<'a> = &'static str;

    #[inline]
    fn index(&self) -> usize {
        usize::from(*self)
    }

    #[inline]
    fn text(&self) -> &'static str {
        if *self { "true" } else { "false" }
    }
}

impl<V: LabelValue + ?Sized> LabelValue for &V {
    type Density = V::Density;
    const VALUES: &'static [&'static str] = V::VALUES;
    type Text<'a>
        = V::Text<'a>
    where
        Self: 'a;

    #[inline]
    fn index(&self) -> usize {
        V::index(self)
    }

    #[inline]
    fn text(&self) -> V::Text<'_> {
        V::text(self)
    }
}

/// `None` is the empty text.
impl<V: LabelValue> LabelValue for Option<V> {
    type Density = V::Density;
    const VALUES: &'static [&'static str] =
        if V::VALUES.is_empty() { &[] } else { WithNone::<V>::ALL.split_at(V::VALUES.len() + 1).0 };
    type Text<'a>
        = OptionText<V::Text<'a>>
    where
        Self: 'a;

    #[inline]
    fn index(&self) -> usize {
        self.as_ref().map_or(0, |v| v.index() + 1)
    }

    #[inline]
    #[allow(clippy::redundant_closure_for_method_calls, reason = "Rust 1.88 wants `V: 'static` for `V::text`")]
    fn text(&self) -> Self::Text<'_> {
        OptionText(self.as_ref().map(|value| value.text()))
    }
}

/// The text of an optional label value.
#[derive(Clone, Copy, Debug)]
pub struct OptionText<T>(Option<T>);

impl<T: AsRef<str>> AsRef<str> for OptionText<T> {
    #[inline]
    fn as_ref(&self) -> &str {
        self.0.as_ref().map_or("", AsRef::as_ref)
    }
}

struct WithNone<V: ?Sized>(std::marker::PhantomData<V>);

impl<V: LabelValue> WithNone<V> {
    /// Const generics cannot say "one more than"; a family of this many values would be too large anyway.
    const ALL: &'static [&'static str; 1024] = &{
        assert!(V::VALUES.len() < 1024, "an optional label has at most 1,023 values");
        let mut all = [""; 1024];
        let mut i = 0;
        while i < V::VALUES.len() {
            all[i + 1] = V::VALUES[i];
            i += 1;
        }
        all
    };
}
