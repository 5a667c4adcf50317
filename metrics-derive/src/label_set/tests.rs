use super::derive;
use crate::snapshot::check;
use expect_test::expect;
use syn::parse_quote;

#[test]
fn labels_are_checked_counted_and_borrowed() {
    let expansion = derive(&parse_quote! {
        struct Request<'a> {
            method: Method,
            #[label(rename = "path")]
            route: &'a str,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                const _: () = ::metrics_core::private::check_label_name("method");
                const _: () = ::metrics_core::private::check_label_values(
                    <Method as ::metrics_core::private::LabelValue>::VALUES,
                );
                const _: () = ::metrics_core::private::check_label_name("path");
                const _: () = ::metrics_core::private::check_label_values(
                    <&'static str as ::metrics_core::private::LabelValue>::VALUES,
                );
                #[automatically_derived]
                impl<'a> ::metrics_core::private::LabelSet for Request<'a>
                where
                    for<'__never> Method: ::metrics_core::private::LabelValue,
                {
                    type Of<'__of> = Request<'__of>;
                    type Density = <<Method as ::metrics_core::private::LabelValue>::Density as ::metrics_core::private::Density>::And<
                        <<&'a str as ::metrics_core::private::LabelValue>::Density as ::metrics_core::private::Density>::And<
                            ::metrics_core::private::Dense,
                        >,
                    >;
                    const NAMES: &'static [&'static ::core::primitive::str] = &["method", "path"];
                    const VALUES: &'static [&'static [&'static ::core::primitive::str]] = ::metrics_core::private::dense_values(
                        &[
                            <Method as ::metrics_core::private::LabelValue>::VALUES,
                            <&'a str as ::metrics_core::private::LabelValue>::VALUES,
                        ],
                    );
                    #[inline]
                    fn index(&self) -> ::core::primitive::usize {
                        if <Self as ::metrics_core::private::LabelSet>::VALUES.is_empty() {
                            return 0;
                        }
                        let __index = 0;
                        let __index = __index
                            * <Method as ::metrics_core::private::LabelValue>::VALUES.len()
                            + <Method as ::metrics_core::private::LabelValue>::index(&self.method);
                        let __index = __index
                            * <&'a str as ::metrics_core::private::LabelValue>::VALUES.len()
                            + <&'a str as ::metrics_core::private::LabelValue>::index(&self.route);
                        __index
                    }
                    #[inline(always)]
                    fn with_values<__R>(
                        &self,
                        __f: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R,
                    ) -> __R {
                        let __text0 = <Method as ::metrics_core::private::LabelValue>::text(
                            &self.method,
                        );
                        let __text1 = <&'a str as ::metrics_core::private::LabelValue>::text(
                            &self.route,
                        );
                        __f(
                            &[
                                ::core::convert::AsRef::<::core::primitive::str>::as_ref(&__text0),
                                ::core::convert::AsRef::<::core::primitive::str>::as_ref(&__text1),
                            ],
                        )
                    }
                }
            };
        "##]],
    );
}

#[test]
fn a_broken_one_still_implements_the_trait() {
    let expansion = derive(&parse_quote! {
        struct Request<'a, 'b: 'a> {
            method: &'a str,
            #[label(rename = "method")]
            other: &'b str,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                #[automatically_derived]
                impl<'a, 'b: 'a> ::metrics_core::private::LabelSet for Request<'a, 'b> {
                    type Of<'__of> = Request<'__of, '__of>;
                    type Density = ::metrics_core::private::Hashed;
                    const NAMES: &'static [&'static ::core::primitive::str] = &[];
                    const VALUES: &'static [&'static [&'static ::core::primitive::str]] = &[];
                    fn index(&self) -> ::core::primitive::usize {
                        ::core::unimplemented!()
                    }
                    fn with_values<__R>(
                        &self,
                        _: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R,
                    ) -> __R {
                        ::core::unimplemented!()
                    }
                }
            };
            ::core::compile_error! {
                "label `method` is there twice, as field `method` has this name too; rename one"
            }
        "##]],
    );
}
