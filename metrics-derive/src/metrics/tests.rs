use super::derive;
use crate::snapshot::check;
use expect_test::expect;
use syn::parse_quote;

#[test]
fn a_plain_struct() {
    let expansion = derive(&parse_quote! {
        pub struct Shop {
            /// Orders
            /// that were paid.
            orders: Counter,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                use ::metrics_core::private as __m;
                const __FIELDS: &[__m::Field] = &[
                    __m::instrument::<Counter>().field("orders", "Orders that were paid."),
                ];
                const __OK: __m::Checks = __m::Checks::new("", __FIELDS, &[]);
                const _: () = __OK.label_in_name(0);
                const _: () = __OK.labels(0);
                #[automatically_derived]
                impl __m::Metrics for Shop {
                    const FIELDS: &'static [__m::Field] = __FIELDS;
                    fn build(__scope: &__m::Scope<'_>) -> Self {
                        let __builder = __m::Builder::new(__FIELDS, __scope, "");
                        Self {
                            orders: __m::build(&__builder, 0),
                        }
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(::core::option::Option<__m::Part<'__a>>),
                    ) {
                        __m::visit(__FIELDS, &[&self.orders], __visit)
                    }
                }
                impl Shop {
                    /// The one instance of these metrics, which the global registry exposes.
                    #[must_use]
                    pub fn global() -> &'static Self {
                        static INSTANCE: __m::Instance<Shop> = __m::Instance::new();
                        INSTANCE.get(<Shop as __m::Metrics>::new)
                    }
                }
                fn __visit(
                    __visit: &mut dyn ::core::ops::FnMut(::core::option::Option<__m::Part<'static>>),
                ) {
                    __m::Metrics::visit(Shop::global(), __visit);
                }
                ::metrics_core::__entry!(
                    __m::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"), name : "Shop",
                    location : __m::Location::caller(), described : __m::Described::of:: < Shop > (),
                    visit : __visit, }
                );
            };
        "##]],
    );
}

#[test]
fn every_option() {
    let expansion = derive(&parse_quote! {
        #[metrics(crate = "m", prefix = "shop", const_labels(region = "eu"), group)]
        struct Shop {
            #[metric(help = "Time.", rename = "time", unit = Seconds, buckets = BUCKETS, native = N, const_labels(kind = "x"))]
            duration: Family<Request<'static>, Histogram>,
            /// Attempts.
            #[metric(preset, unit = "tries")]
            r#try: Family<Attempt, Counter>,
            #[metric(group, prefix = "db", const_labels(kind = "sql"))]
            pool: Pool,
            #[metric(group, max_series = 5)]
            pools: Family<Request<'static>, Pool>,
            #[metric(skip)]
            nothing: Vec<u8>,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                use m::private as __m;
                const __FIELDS: &[__m::Field] = &[
                    __m::instrument::<Family<Request<'static>, Histogram>>()
                        .field("time", "Time.")
                        .unit(__m::Unit::Seconds)
                        .buckets({
                            const __METRICS_BUCKETS: &[::core::primitive::f64] = &BUCKETS;
                            __METRICS_BUCKETS
                        })
                        .native({
                            const __METRICS_NATIVE: __m::NativeOptions = N;
                            __METRICS_NATIVE
                        })
                        .const_labels(&[("kind", __m::LabelText::Static("x"))]),
                    __m::instrument::<Family<Attempt, Counter>>()
                        .field("try", "Attempts.")
                        .unit(__m::Unit::Other("tries"))
                        .preset(),
                    __m::group::<Pool>()
                        .field("db")
                        .const_labels(&[("kind", __m::LabelText::Static("sql"))]),
                    __m::group::<Family<Request<'static>, Pool>>().field("").max_series(5),
                ];
                const __OK: __m::Checks = __m::Checks::new(
                    "shop",
                    __FIELDS,
                    &__m::clashes::<4, { __m::slots(__FIELDS) }>(__FIELDS),
                );
                const _: () = __OK.scope_label("region");
                const _: () = __OK.label_in_name(0);
                const _: () = __OK.labels(0);
                const _: () = __OK.base_unit(0);
                const _: () = __OK.buckets(0);
                const _: () = __OK.const_label(0, "kind");
                const _: () = __OK.name(1);
                const _: () = __OK.labels(1);
                const _: () = __OK.unit(1);
                const _: () = __OK.unique(1);
                const _: () = __OK.group_prefix(2);
                const _: () = __OK.group_names(2);
                const _: () = __OK.group(2);
                const _: () = __OK.group_label(2, "kind");
                const _: () = __OK.unique(2);
                const _: () = __OK.max_series(3);
                const _: () = __OK.group_names(3);
                const _: () = __OK.group(3);
                const _: () = __OK.unique(3);
                const _: () = {
                    __m::assert_buckets::<Family<Request<'static>, Histogram>>();
                    __m::assert_native::<Family<Request<'static>, Histogram>>();
                    __m::assert_preset::<Family<Attempt, Counter>>();
                    __m::assert_max_series::<Family<Request<'static>, Pool>>();
                };
                #[automatically_derived]
                impl __m::Metrics for Shop {
                    const PREFIX: &'static ::core::primitive::str = "shop";
                    const CONST_LABELS: &'static [(
                        &'static ::core::primitive::str,
                        __m::LabelText,
                    )] = &[("region", __m::LabelText::Static("eu"))];
                    const FIELDS: &'static [__m::Field] = __FIELDS;
                    fn build(__scope: &__m::Scope<'_>) -> Self {
                        let __builder = __m::Builder::new(__FIELDS, __scope, "shop");
                        Self {
                            duration: __m::build(&__builder, 0),
                            r#try: __m::build(&__builder, 1),
                            pool: __m::build(&__builder, 2),
                            pools: __m::build(&__builder, 3),
                            nothing: ::core::default::Default::default(),
                        }
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(::core::option::Option<__m::Part<'__a>>),
                    ) {
                        __m::visit(
                            __FIELDS,
                            &[&self.duration, &self.r#try, &self.pool, &self.pools],
                            __visit,
                        )
                    }
                }
            };
        "##]],
    );
}

/// What one field adds to the expansion: to name it, to check it, to make it and to show it.
#[test]
fn a_field_is_a_dozen_lines() {
    fn lines(others: &str, field: &str) -> usize {
        let input =
            format!("#[metrics(prefix = \"shop\")] struct Shop {{ /// Help.\n first: Counter, {others} {field} }}");
        let file = syn::parse2(derive(&syn::parse_str(&input).unwrap())).unwrap();
        prettyplease::unparse(&file).lines().count()
    }
    // Where there is a group, names may clash, and all fields are checked for that.
    let of = |field: &str| {
        let others = if field.contains("group") { "#[metric(group)] others: Others," } else { "" };
        lines(others, field) - lines(others, "")
    };
    let fields = [
        ("/// Orders that wait.\n orders_waiting: Gauge", 12),
        ("/// Requests served.\n requests: Family<Request<'static>, Counter>", 12),
        (
            "/// Time to answer.\n #[metric(buckets = [0.1, 0.5, 5.0])] duration: Family<Request<'static>, Histogram>",
            12,
        ),
        ("/// Time to answer.\n #[metric(unit = Seconds, buckets = [0.1, 0.5])] duration: Histogram", 12),
        (
            "/// Requests served.\n #[metric(rename = \"r\", max_series = 5)] requests: Family<Request<'static>, Counter>",
            12,
        ),
        ("#[metric(group, prefix = \"db\", const_labels(kind = \"sql\"))] pool: Pool", 12),
        ("#[metric(group)] pool: Family<Request<'static>, Pool>", 12),
        ("/// Time.\n #[metric(unit = Seconds, buckets = [0.1])] duration: Family<Request<'static>, Histogram>", 12),
        ("#[metric(skip)] nothing: Vec<u8>", 1),
    ];
    for (field, most) in fields {
        assert!(of(field) <= most, "{} lines, of {field}", of(field));
    }
}

#[test]
fn fields_without_a_mistake_are_checked_beside_those_with_one() {
    let expansion = derive(&parse_quote! {
        struct Shop {
            no_help: Counter,
            /// Help.
            fine: Counter,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                use ::metrics_core::private as __m;
                const __FIELDS: &[__m::Field] = &[
                    __m::instrument::<Counter>().field("no_help", ""),
                    __m::instrument::<Counter>().field("fine", "Help."),
                ];
                const __OK: __m::Checks = __m::Checks::new("", __FIELDS, &[]);
                const _: () = __OK.label_in_name(0);
                const _: () = __OK.labels(0);
                const _: () = __OK.label_in_name(1);
                const _: () = __OK.labels(1);
                #[automatically_derived]
                impl __m::Metrics for Shop {
                    const FIELDS: &'static [__m::Field] = __FIELDS;
                    fn build(__scope: &__m::Scope<'_>) -> Self {
                        ::core::unimplemented!()
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(::core::option::Option<__m::Part<'__a>>),
                    ) {}
                }
                impl Shop {
                    /// The one instance of these metrics, which the global registry exposes.
                    #[must_use]
                    fn global() -> &'static Self {
                        ::core::unimplemented!()
                    }
                }
            };
            ::core::compile_error! {
                "metric `no_help` needs help: write a doc comment (`/// …`) or `#[metric(help = \"…\")]`; or allow it: `#[metric(allow(missing_help))]`"
            }
        "##]],
    );
}

#[test]
fn generics_are_one_error() {
    let expansion = derive(&parse_quote! {
        struct Shop<T: Send> where T: Sync {
            /// Help.
            of_parameter: Counter<T>,
        }
    });
    check(
        &expansion,
        &expect![[r##"
            #[allow(deprecated, unused_qualifications, clippy::inline_always)]
            const _: () = {
                use ::metrics_core::private as __m;
                const __FIELDS: &[__m::Field] = &[];
                const __OK: __m::Checks = __m::Checks::new("", __FIELDS, &[]);
                #[automatically_derived]
                impl<T: Send> __m::Metrics for Shop<T>
                where
                    Self: ::core::marker::Send + ::core::marker::Sync + 'static,
                    T: Sync,
                {
                    const FIELDS: &'static [__m::Field] = __FIELDS;
                    fn build(__scope: &__m::Scope<'_>) -> Self {
                        ::core::unimplemented!()
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(::core::option::Option<__m::Part<'__a>>),
                    ) {}
                }
                impl<T: Send> Shop<T>
                where
                    T: Sync,
                {
                    /// The one instance of these metrics, which the global registry exposes.
                    #[must_use]
                    fn global() -> &'static Self {
                        ::core::unimplemented!()
                    }
                }
            };
            ::core::compile_error! {
                "a struct of metrics has one instance for the whole program, so it has no generics; write the types of its fields out"
            }
        "##]],
    );
}
