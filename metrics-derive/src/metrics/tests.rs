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
                const __FIELDS: &[::metrics_core::private::Field] = &[
                    ::metrics_core::private::Field::Family(::metrics_core::private::FamilyField {
                        name: "orders",
                        help: "Orders that were paid.",
                        kind: ::metrics_core::private::instrument::<Counter>().kind,
                        label_names: ::metrics_core::private::instrument::<Counter>().label_names,
                        options: ::metrics_core::private::Options::NONE,
                        location: ::metrics_core::private::Location::caller(),
                    }),
                ];
                const _: () = ::metrics_core::private::check_spelling(
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                const _: () = ::metrics_core::private::check_words(
                    "",
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                const _: () = ::metrics_core::private::check_units(
                    "",
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                const _: () = ::metrics_core::private::check_label_names(
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                #[automatically_derived]
                impl ::metrics_core::private::Metrics for Shop {
                    const PREFIX: &'static ::core::primitive::str = "";
                    const CONST_LABELS: &'static [(
                        &'static ::core::primitive::str,
                        ::metrics_core::private::LabelText,
                    )] = &[];
                    const FIELDS: &'static [::metrics_core::private::Field] = __FIELDS;
                    fn build(__scope: &::metrics_core::private::Scope<'_>) -> Self {
                        let __scope = __scope.enter("");
                        Self {
                            orders: ::metrics_core::private::build_field(
                                __FIELDS,
                                0usize,
                                &__scope,
                                ::metrics_core::private::instrument::<Counter>().build,
                            ),
                        }
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(
                            ::core::option::Option<::metrics_core::private::Part<'__a>>,
                        ),
                    ) {
                        __visit(
                            (::metrics_core::private::instrument::<Counter>().present)(&self.orders),
                        );
                    }
                }
                #[automatically_derived]
                impl Shop {
                    /// The one instance of these metrics, which the global registry exposes.
                    #[must_use]
                    pub fn global() -> &'static Self {
                        static INSTANCE: ::metrics_core::private::LazyLock<Shop> = ::metrics_core::private::LazyLock::new(
                            <Shop as ::metrics_core::private::Metrics>::new,
                        );
                        ::metrics_core::private::LazyLock::force(&INSTANCE)
                    }
                }
                ::metrics_core::__entry!(
                    ::metrics_core::private::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"),
                    name : "Shop", location : ::metrics_core::private::Location::caller(), source :
                    || ::metrics_core::private::derived(Shop::global()), }
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
                const __FIELDS: &[m::private::Field] = &[
                    m::private::Field::Family(m::private::FamilyField {
                        name: "time",
                        help: "Time.",
                        kind: m::private::instrument::<Family<Request<'static>, Histogram>>().kind,
                        label_names: m::private::instrument::<Family<Request<'static>, Histogram>>()
                            .label_names,
                        options: m::private::Options {
                            unit: ::core::option::Option::Some(m::private::Unit::Seconds),
                            buckets: ::core::option::Option::Some({
                                const __METRICS_BUCKETS: &[::core::primitive::f64] = &BUCKETS;
                                __METRICS_BUCKETS
                            }),
                            native: ::core::option::Option::Some({
                                const __METRICS_NATIVE: m::private::NativeOptions = N;
                                __METRICS_NATIVE
                            }),
                            const_labels: &[("kind", m::private::LabelText::Static("x"))],
                            ..m::private::Options::NONE
                        },
                        location: m::private::Location::caller(),
                    }),
                    m::private::Field::Family(m::private::FamilyField {
                        name: "try",
                        help: "Attempts.",
                        kind: m::private::instrument::<Family<Attempt, Counter>>().kind,
                        label_names: m::private::instrument::<Family<Attempt, Counter>>()
                            .label_names,
                        options: m::private::Options {
                            unit: ::core::option::Option::Some(m::private::Unit::Other("tries")),
                            preset: true,
                            ..m::private::Options::NONE
                        },
                        location: m::private::Location::caller(),
                    }),
                    m::private::Field::Group(m::private::GroupField {
                        prefix: "db",
                        inner_prefix: <Pool as m::private::Metrics>::PREFIX,
                        const_labels: &[("kind", m::private::LabelText::Static("sql"))],
                        inner_const_labels: <Pool as m::private::Metrics>::CONST_LABELS,
                        label_names: &[],
                        allow: m::private::Rules::NONE,
                        fields: <Pool as m::private::Metrics>::FIELDS,
                        location: m::private::Location::caller(),
                    }),
                    m::private::Field::Group(m::private::GroupField {
                        prefix: "",
                        inner_prefix: <Family<
                            Request<'static>,
                            Pool,
                        > as m::private::Metrics>::PREFIX,
                        const_labels: &[],
                        inner_const_labels: <Family<
                            Request<'static>,
                            Pool,
                        > as m::private::Metrics>::CONST_LABELS,
                        label_names: &[],
                        allow: m::private::Rules::NONE,
                        fields: <Family<Request<'static>, Pool> as m::private::Metrics>::FIELDS,
                        location: m::private::Location::caller(),
                    }),
                ];
                const _: () = m::private::check_prefix("shop", __FIELDS, m::private::Rules::NONE);
                const _: () = m::private::check_scope_label(__FIELDS, "region");
                const __CLASHES: &[::core::primitive::usize] = &m::private::clashes::<
                    4usize,
                    { m::private::slots(__FIELDS) },
                >(__FIELDS);
                const _: () = m::private::check_spelling(m::private::family(__FIELDS, 0usize));
                const _: () = m::private::check_words("shop", m::private::family(__FIELDS, 0usize));
                const _: () = m::private::check_units("shop", m::private::family(__FIELDS, 0usize));
                const _: () = m::private::check_label_names(m::private::family(__FIELDS, 0usize));
                const _: () = m::private::check_unit("shop", m::private::family(__FIELDS, 0usize));
                const _: () = m::private::check_buckets(m::private::family(__FIELDS, 0usize));
                const _: () = m::private::assert_buckets::<Family<Request<'static>, Histogram>>();
                const _: () = m::private::assert_native::<Family<Request<'static>, Histogram>>();
                const _: () = m::private::check_const_label(
                    m::private::family(__FIELDS, 0usize),
                    "kind",
                );
                const _: () = m::private::check_spelling(m::private::family(__FIELDS, 1usize));
                const _: () = m::private::check_words("shop", m::private::family(__FIELDS, 1usize));
                const _: () = m::private::check_units("shop", m::private::family(__FIELDS, 1usize));
                const _: () = m::private::check_label_names(m::private::family(__FIELDS, 1usize));
                const _: () = m::private::check_unit("shop", m::private::family(__FIELDS, 1usize));
                const _: () = m::private::assert_preset::<Family<Attempt, Counter>>();
                const _: () = m::private::check_unique(__FIELDS, __CLASHES, 1usize);
                const _: () = m::private::check_group_prefix("shop", __FIELDS, 2usize);
                const _: () = m::private::check_group_names("shop", __FIELDS, 2usize);
                const _: () = m::private::check_group(__FIELDS, 2usize);
                const _: () = m::private::check_group_label(__FIELDS, 2usize, "kind");
                const _: () = m::private::check_unique(__FIELDS, __CLASHES, 2usize);
                const _: () = m::private::check_group_names("shop", __FIELDS, 3usize);
                const _: () = m::private::check_group(__FIELDS, 3usize);
                const _: () = m::private::assert_max_series::<Family<Request<'static>, Pool>>();
                const _: () = m::private::check_unique(__FIELDS, __CLASHES, 3usize);
                #[automatically_derived]
                impl m::private::Metrics for Shop {
                    const PREFIX: &'static ::core::primitive::str = "shop";
                    const CONST_LABELS: &'static [(
                        &'static ::core::primitive::str,
                        m::private::LabelText,
                    )] = &[("region", m::private::LabelText::Static("eu"))];
                    const FIELDS: &'static [m::private::Field] = __FIELDS;
                    fn build(__scope: &m::private::Scope<'_>) -> Self {
                        let __scope = __scope.enter("shop");
                        Self {
                            duration: m::private::build_field(
                                __FIELDS,
                                0usize,
                                &__scope,
                                m::private::instrument::<Family<Request<'static>, Histogram>>().build,
                            ),
                            r#try: m::private::build_field(
                                __FIELDS,
                                1usize,
                                &__scope,
                                m::private::instrument::<Family<Attempt, Counter>>().build,
                            ),
                            pool: <Pool as m::private::Metrics>::build(&__scope.enter("db")),
                            pools: <Family<
                                Request<'static>,
                                Pool,
                            > as m::private::Metrics>::build(
                                &__scope
                                    .enter("")
                                    .with_options(
                                        &m::private::Options {
                                            max_series: ::core::option::Option::Some(5),
                                            ..m::private::Options::NONE
                                        },
                                    ),
                            ),
                            nothing: ::core::default::Default::default(),
                        }
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(
                            ::core::option::Option<m::private::Part<'__a>>,
                        ),
                    ) {
                        __visit(
                            (m::private::instrument::<Family<Request<'static>, Histogram>>()
                                .present)(&self.duration),
                        );
                        __visit(
                            (m::private::instrument::<Family<Attempt, Counter>>()
                                .present)(&self.r#try),
                        );
                        <Pool as m::private::Metrics>::visit(&self.pool, __visit);
                        <Family<
                            Request<'static>,
                            Pool,
                        > as m::private::Metrics>::visit(&self.pools, __visit);
                    }
                }
            };
        "##]],
    );
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
                const __FIELDS: &[::metrics_core::private::Field] = &[
                    ::metrics_core::private::Field::Family(::metrics_core::private::FamilyField {
                        name: "fine",
                        help: "Help.",
                        kind: ::metrics_core::private::instrument::<Counter>().kind,
                        label_names: ::metrics_core::private::instrument::<Counter>().label_names,
                        options: ::metrics_core::private::Options::NONE,
                        location: ::metrics_core::private::Location::caller(),
                    }),
                ];
                const _: () = ::metrics_core::private::check_spelling(
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                const _: () = ::metrics_core::private::check_words(
                    "",
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                const _: () = ::metrics_core::private::check_units(
                    "",
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                const _: () = ::metrics_core::private::check_label_names(
                    ::metrics_core::private::family(__FIELDS, 0usize),
                );
                #[automatically_derived]
                impl ::metrics_core::private::Metrics for Shop {
                    const PREFIX: &'static ::core::primitive::str = "";
                    const CONST_LABELS: &'static [(
                        &'static ::core::primitive::str,
                        ::metrics_core::private::LabelText,
                    )] = &[];
                    const FIELDS: &'static [::metrics_core::private::Field] = __FIELDS;
                    fn build(__scope: &::metrics_core::private::Scope<'_>) -> Self {
                        ::core::unimplemented!()
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(
                            ::core::option::Option<::metrics_core::private::Part<'__a>>,
                        ),
                    ) {}
                }
                #[automatically_derived]
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
                const __FIELDS: &[::metrics_core::private::Field] = &[];
                #[automatically_derived]
                impl<T: Send> ::metrics_core::private::Metrics for Shop<T>
                where
                    Self: ::core::marker::Send + ::core::marker::Sync + 'static,
                    T: Sync,
                {
                    const PREFIX: &'static ::core::primitive::str = "";
                    const CONST_LABELS: &'static [(
                        &'static ::core::primitive::str,
                        ::metrics_core::private::LabelText,
                    )] = &[];
                    const FIELDS: &'static [::metrics_core::private::Field] = __FIELDS;
                    fn build(__scope: &::metrics_core::private::Scope<'_>) -> Self {
                        ::core::unimplemented!()
                    }
                    fn visit<'__a>(
                        &'__a self,
                        __visit: &mut dyn ::core::ops::FnMut(
                            ::core::option::Option<::metrics_core::private::Part<'__a>>,
                        ),
                    ) {}
                }
                #[automatically_derived]
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
