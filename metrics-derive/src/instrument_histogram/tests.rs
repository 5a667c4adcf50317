use super::instrument;
use crate::snapshot::check;
use expect_test::expect;
use quote::quote;

#[test]
fn a_function() {
    let expansion = instrument(
        quote!(),
        quote! {
            /// Adds.
            pub fn add(a: u8) -> Result<u8, Error> {
                #![allow(clippy::all)]
                Ok(a + 1)
            }
        },
    );
    check(
        &expansion,
        &expect![[r#"
            /// Adds.
            #[allow(clippy::all)]
            pub fn add(a: u8) -> Result<u8, Error> {
                fn __marker() {}
                const __FIELDS: &[::metrics_core::private::Field] = &[
                    ::metrics_core::private::function_field::<
                        ::metrics_core::private::NoLabels,
                    >(
                        "function_duration",
                        "Time that instrumented functions took.",
                        &[
                            (
                                "function",
                                ::metrics_core::private::LabelText::Computed(|| ::metrics_core::private::function_name(
                                    __marker,
                                )),
                            ),
                        ],
                        ::metrics_core::private::Location::caller(),
                    ),
                ];
                const __CHECKS: ::metrics_core::private::Checks = ::metrics_core::private::Checks::new(
                    "",
                    __FIELDS,
                    &[],
                );
                static __FUNCTION: ::metrics_core::private::Function<
                    ::metrics_core::private::NoLabels,
                > = ::metrics_core::private::Function::new(__FIELDS);
                ::metrics_core::__entry!(
                    ::metrics_core::private::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"),
                    name : "add", location : ::metrics_core::private::Location::caller(), described :
                    ::metrics_core::private::Described::fields(__FIELDS), visit : | __visit |
                    __FUNCTION.visit(__visit), }
                );
                ::metrics_core::private::time(
                    move || -> Result<u8, Error> { Ok(a + 1) },
                    move |__elapsed, __outcome| {
                        __FUNCTION
                            .observe(
                                ::metrics_core::private::NoLabels,
                                __outcome
                                    .ended_by(|__value| {
                                        ::metrics_core::private::Returned(__value).ended()
                                    }),
                                __elapsed,
                            )
                    },
                )
            }
        "#]],
    );
}

#[test]
fn an_async_method_with_options() {
    let expansion = instrument(
        quote!(crate = "m", name = "time", help = "Time.", buckets = [0.1, 1.0], const_labels(kind = "x")),
        quote! {
            async fn add<'a>(&'a mut self) -> Result<impl Iterator<Item = u8>, Error> {
                self.more().await
            }
        },
    );
    check(
        &expansion,
        &expect![[r#"
            async fn add<'a>(&'a mut self) -> Result<impl Iterator<Item = u8>, Error> {
                fn __marker() {}
                const __FIELDS: &[m::private::Field] = &[
                    m::private::function_field::<
                        m::private::NoLabels,
                    >(
                            "time",
                            "Time.",
                            &[
                                (
                                    "function",
                                    m::private::LabelText::Computed(|| m::private::function_name(
                                        __marker,
                                    )),
                                ),
                                ("kind", m::private::LabelText::Static("x")),
                            ],
                            m::private::Location::caller(),
                        )
                        .buckets(&[0.1, 1.0]),
                ];
                const __CHECKS: m::private::Checks = m::private::Checks::new("", __FIELDS, &[]);
                const _: () = __CHECKS.function_name();
                const _: () = __CHECKS.const_label(0, "kind");
                static __FUNCTION: m::private::Function<m::private::NoLabels> = m::private::Function::new(
                    __FIELDS,
                );
                m::__entry!(
                    m::private::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"), name : "add",
                    location : m::private::Location::caller(), described :
                    m::private::Described::fields(__FIELDS), visit : | __visit | __FUNCTION
                    .visit(__visit), }
                );
                let __body = ::core::pin::pin!(
                    async move { if false { return m::private::output:: < Result < _, Error > > (); }
                    { self.more(). await } }
                );
                m::private::time_async(
                        __body,
                        move |__elapsed, __outcome| {
                            __FUNCTION
                                .observe(
                                    m::private::NoLabels,
                                    __outcome
                                        .ended_by(|__value| m::private::Returned(__value).ended()),
                                    __elapsed,
                                )
                        },
                    )
                    .await
            }
        "#]],
    );
}

#[test]
fn a_function_that_returns_a_future() {
    let expansion = instrument(
        quote!(),
        quote! {
            fn later() -> impl Future<Output = u8> + Send {
                async { 1 }
            }
        },
    );
    check(
        &expansion,
        &expect![[r#"
            fn later() -> impl Future<Output = u8> + Send {
                fn __marker() {}
                const __FIELDS: &[::metrics_core::private::Field] = &[
                    ::metrics_core::private::function_field::<
                        ::metrics_core::private::NoLabels,
                    >(
                        "function_duration",
                        "Time that instrumented functions took.",
                        &[
                            (
                                "function",
                                ::metrics_core::private::LabelText::Computed(|| ::metrics_core::private::function_name(
                                    __marker,
                                )),
                            ),
                        ],
                        ::metrics_core::private::Location::caller(),
                    ),
                ];
                const __CHECKS: ::metrics_core::private::Checks = ::metrics_core::private::Checks::new(
                    "",
                    __FIELDS,
                    &[],
                );
                static __FUNCTION: ::metrics_core::private::Function<
                    ::metrics_core::private::NoLabels,
                > = ::metrics_core::private::Function::new(__FIELDS);
                ::metrics_core::__entry!(
                    ::metrics_core::private::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"),
                    name : "later", location : ::metrics_core::private::Location::caller(), described
                    : ::metrics_core::private::Described::fields(__FIELDS), visit : | __visit |
                    __FUNCTION.visit(__visit), }
                );
                let __future = ::metrics_core::private::make_future(
                    move || { async { 1 } },
                    move |__elapsed, __outcome| {
                        __FUNCTION
                            .observe(
                                ::metrics_core::private::NoLabels,
                                __outcome
                                    .ended_by(|__value| {
                                        ::metrics_core::private::Returned(__value).ended()
                                    }),
                                __elapsed,
                            )
                    },
                    move || (),
                );
                ::metrics_core::private::time_future(__future)
            }
        "#]],
    );
}

#[test]
fn an_endless_async_function() {
    let expansion = instrument(
        quote!(),
        quote! {
            async fn serve() -> ! {
                loop {}
            }
        },
    );
    check(
        &expansion,
        &expect![[r#"
            async fn serve() -> ! {
                fn __marker() {}
                const __FIELDS: &[::metrics_core::private::Field] = &[
                    ::metrics_core::private::function_field::<
                        ::metrics_core::private::NoLabels,
                    >(
                        "function_duration",
                        "Time that instrumented functions took.",
                        &[
                            (
                                "function",
                                ::metrics_core::private::LabelText::Computed(|| ::metrics_core::private::function_name(
                                    __marker,
                                )),
                            ),
                        ],
                        ::metrics_core::private::Location::caller(),
                    ),
                ];
                const __CHECKS: ::metrics_core::private::Checks = ::metrics_core::private::Checks::new(
                    "",
                    __FIELDS,
                    &[],
                );
                static __FUNCTION: ::metrics_core::private::Function<
                    ::metrics_core::private::NoLabels,
                > = ::metrics_core::private::Function::new(__FIELDS);
                ::metrics_core::__entry!(
                    ::metrics_core::private::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"),
                    name : "serve", location : ::metrics_core::private::Location::caller(), described
                    : ::metrics_core::private::Described::fields(__FIELDS), visit : | __visit |
                    __FUNCTION.visit(__visit), }
                );
                #[allow(unreachable_code)]
                let __body = ::core::pin::pin!(
                    async move { let __never : ::core::convert::Infallible = { loop {} }; __never }
                );
                match ::metrics_core::private::time_async(
                        __body,
                        move |__elapsed, __outcome| {
                            __FUNCTION
                                .observe(
                                    ::metrics_core::private::NoLabels,
                                    __outcome
                                        .ended_by(|__value| {
                                            ::metrics_core::private::Returned(__value).ended()
                                        }),
                                    __elapsed,
                                )
                        },
                    )
                    .await
                {}
            }
        "#]],
    );
}

#[test]
fn into_a_field_with_labels() {
    let expansion = instrument(
        quote!(
            into = Shop::global().answer,
            labels = Request { method: Method::Get, route, status: |outcome| status(outcome) },
            skip_on = is_cached,
            count_errors = Shop::global().errors,
            track_in_progress = *IN_PROGRESS,
        ),
        quote! {
            fn answer(route: &str) -> Response {
                find(route)
            }
        },
    );
    check(
        &expansion,
        &expect![[r#"
            fn answer(route: &str) -> Response {
                let __label_0 = Method::Get;
                let __label_1 = route;
                let __in_progress = ::metrics_core::private::track_in_progress(&*IN_PROGRESS);
                ::metrics_core::private::time(
                    move || -> Response { find(route) },
                    move |__elapsed, __outcome| ::metrics_core::private::contain(move || {
                        #[allow(clippy::redundant_closure_for_method_calls)]
                        {
                            if ::metrics_core::private::ask(__outcome, is_cached) {
                                return;
                            }
                            ::metrics_core::private::count_failure(
                                &Shop::global().errors,
                                __outcome
                                    .ended_by(|__value| {
                                        ::metrics_core::private::Returned(__value).ended()
                                    }),
                            );
                            ::metrics_core::private::by_labels(&Shop::global().answer)
                                .observe(
                                    &Request {
                                        method: __label_0,
                                        route: __label_1,
                                        status: ::metrics_core::private::ask(
                                            __outcome,
                                            |outcome| status(outcome),
                                        ),
                                    },
                                    __elapsed,
                                );
                        }
                    }),
                )
            }
        "#]],
    );
}

#[test]
fn with_labels_of_its_own_and_a_hidden_future() {
    let expansion = instrument(
        quote!(name = "answer", native, future, outcome = ended, labels = Request { route }),
        quote! {
            fn answer(route: &str) -> BoxFuture<'_, Response> {
                find(route)
            }
        },
    );
    check(
        &expansion,
        &expect![[r#"
            fn answer(route: &str) -> BoxFuture<'_, Response> {
                fn __marker() {}
                #[allow(elided_lifetimes_in_paths)]
                const __FIELDS: &[::metrics_core::private::Field] = &[
                    ::metrics_core::private::function_field::<
                        Request,
                    >(
                            "answer",
                            "Time that instrumented functions took.",
                            &[
                                (
                                    "function",
                                    ::metrics_core::private::LabelText::Computed(|| ::metrics_core::private::function_name(
                                        __marker,
                                    )),
                                ),
                            ],
                            ::metrics_core::private::Location::caller(),
                        )
                        .native(::metrics_core::private::NativeOptions::DEFAULT),
                ];
                const __CHECKS: ::metrics_core::private::Checks = ::metrics_core::private::Checks::new(
                    "",
                    __FIELDS,
                    &[],
                );
                const _: () = __CHECKS.function_name();
                #[allow(elided_lifetimes_in_paths)]
                const _: () = ::metrics_core::private::check_function_labels::<Request>();
                const _: () = __CHECKS.labels(0);
                #[allow(elided_lifetimes_in_paths)]
                static __FUNCTION: ::metrics_core::private::Function<Request> = ::metrics_core::private::Function::new(
                    __FIELDS,
                );
                ::metrics_core::__entry!(
                    ::metrics_core::private::Entry { crate_name : ::core::env!("CARGO_CRATE_NAME"),
                    name : "answer", location : ::metrics_core::private::Location::caller(),
                    described : ::metrics_core::private::Described::fields(__FIELDS), visit : |
                    __visit | __FUNCTION.visit(__visit), }
                );
                let __label_0 = route;
                let __future = ::metrics_core::private::make_future(
                    move || -> BoxFuture<'_, Response> { find(route) },
                    move |__elapsed, __outcome| ::metrics_core::private::contain(move || {
                        #[allow(clippy::redundant_closure_for_method_calls)]
                        {
                            __FUNCTION
                                .observe(
                                    Request { route: __label_0 },
                                    __outcome.ended_by(ended),
                                    __elapsed,
                                );
                        }
                    }),
                    move || (),
                );
                ::metrics_core::private::time_boxed_future(__future)
            }
        "#]],
    );
}

#[test]
fn a_broken_one_is_still_there() {
    let expansion = instrument(
        quote!(nam = "x"),
        quote!(
            fn add() {}
        ),
    );
    check(
        &expansion,
        &expect![[r##"
            #[allow(unused_imports, unused_variables)]
            fn add() {}
            ::core::compile_error! {
                "`#[instrument_histogram(…)]` has no option `nam`; did you mean `name`?"
            }
        "##]],
    );
    let expansion = instrument(
        quote!(),
        quote!(
            const fn add() {}
        ),
    );
    check(
        &expansion,
        &expect![[r##"
            #[allow(unused_imports, unused_variables)]
            const fn add() {}
            ::core::compile_error! {
                "a `const fn` may run in the compiler, where there is no clock; take off `const`, or the attribute"
            }
        "##]],
    );
}
