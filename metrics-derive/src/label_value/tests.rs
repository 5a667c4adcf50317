use super::derive;
use crate::snapshot::check;
use expect_test::expect;
use syn::parse_quote;

#[test]
fn an_enum_is_its_texts_by_index() {
    let expansion = derive(&parse_quote! {
        enum Method {
            Get,
            NotFound,
            #[label(rename = "other")]
            Else,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                #[automatically_derived]
                impl ::metrics_core::private::LabelValue for Method {
                    type Density = ::metrics_core::private::Dense;
                    const VALUES: &'static [&'static ::core::primitive::str] = &[
                        "get",
                        "not_found",
                        "other",
                    ];
                    type Text<'__text> = &'static ::core::primitive::str;
                    #[inline]
                    fn index(&self) -> ::core::primitive::usize {
                        match self {
                            Self::Get => 0usize,
                            Self::NotFound => 1usize,
                            Self::Else => 2usize,
                        }
                    }
                    #[inline]
                    fn text(&self) -> &'static ::core::primitive::str {
                        <Self as ::metrics_core::private::LabelValue>::VALUES[<Self as ::metrics_core::private::LabelValue>::index(
                            self,
                        )]
                    }
                }
            };
        "##]],
    );
}

#[test]
fn a_newtype_is_its_field() {
    let expansion = derive(&parse_quote!(
        struct Route<'a>(&'a str);
    ));
    check(
        &expansion,
        &expect![[r#"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                #[automatically_derived]
                impl<'a> ::metrics_core::private::LabelValue for Route<'a> {
                    type Density = <&'a str as ::metrics_core::private::LabelValue>::Density;
                    const VALUES: &'static [&'static ::core::primitive::str] = <&'a str as ::metrics_core::private::LabelValue>::VALUES;
                    type Text<'__text> = <&'a str as ::metrics_core::private::LabelValue>::Text<
                        '__text,
                    >
                    where
                        Self: '__text;
                    #[inline]
                    fn index(&self) -> ::core::primitive::usize {
                        <&'a str as ::metrics_core::private::LabelValue>::index(&self.0)
                    }
                    #[inline]
                    fn text<'__text>(
                        &'__text self,
                    ) -> <&'a str as ::metrics_core::private::LabelValue>::Text<'__text> {
                        <&'a str as ::metrics_core::private::LabelValue>::text(&self.0)
                    }
                }
            };
        "#]],
    );
}

#[test]
fn a_broken_one_still_implements_the_trait() {
    let expansion = derive(&parse_quote! {
        #[label(crate = "m")]
        enum Method {
            Get,
            Other(String),
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                #[automatically_derived]
                impl m::private::LabelValue for Method {
                    type Density = m::private::Dense;
                    const VALUES: &'static [&'static ::core::primitive::str] = &["invalid"];
                    type Text<'__text> = &'static ::core::primitive::str where Self: '__text;
                    fn index(&self) -> ::core::primitive::usize {
                        ::core::unimplemented!()
                    }
                    fn text(&self) -> &'static ::core::primitive::str {
                        ::core::unimplemented!()
                    }
                }
            };
            ::core::compile_error! {
                "the values of a label are counted, so its variants have no data; take it off"
            }
        "##]],
    );
}
