//! Messages for the operator; the host keeps a bounded number of them per call. Natively they go
//! nowhere.

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident = $level:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(message: &str) {
                #[cfg(target_arch = "wasm32")]
                crate::guest::log(crate::guest::Level::$level, message);
                #[cfg(not(target_arch = "wasm32"))]
                let _ = message;
            }
        )*
    };
}

levels! {
    /// For whoever writes the detector.
    debug = Debug;
    /// Worth knowing.
    info = Info;
    /// Something is odd, and the answer is still right.
    warn = Warn;
    /// Something is wrong.
    error = Error;
}
