//! The choice of vector instructions: made here, once for all kernels.
//!
//! Plain loops are compiled for the oldest processor of the architecture; kernels are compiled for several
//! instruction sets, and the best that the processor has is found at run time. On aarch64 it is NEON, on
//! x86-64 AVX-512, AVX2 or, on processors without either, four lanes of plain arithmetic.

use std::fmt;

use pulp::{Arch, Scalar128b, Simd, WithSimd};

/// The instruction sets that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstructionSet {
    Scalar,
    Avx2,
    Avx512,
    Neon,
}

impl fmt::Display for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
            Self::Neon => "NEON",
        })
    }
}

/// The instruction set that `dispatch` chooses on this processor.
pub fn instruction_set() -> InstructionSet {
    match Arch::new() {
        #[cfg(target_arch = "x86_64")]
        Arch::V3(_) => InstructionSet::Avx2,
        #[cfg(target_arch = "x86_64")]
        Arch::V4(_) => InstructionSet::Avx512,
        #[cfg(target_arch = "aarch64")]
        Arch::Neon(_) => InstructionSet::Neon,
        _ => InstructionSet::Scalar,
    }
}

/// Runs an operation with the best instruction set of this processor.
#[inline]
pub fn dispatch<Op: WithSimd>(operation: Op) -> Op::Output {
    #[cfg(not(test))]
    let arch = Arch::new();
    #[cfg(test)]
    let arch = tests::FORCED.get().unwrap_or_default();
    match arch {
        Arch::Scalar => operation.with_simd(Scalar128b),
        arch => arch.dispatch(operation),
    }
}

/// `a * b + c`, rounded once where the processor can do that at no cost.
#[inline(always)]
pub fn mul_add<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
    // `Scalar128b`, for which the fused operation would be a library call for each lane.
    if cfg!(target_arch = "x86_64") && S::F32_LANES == 4 {
        simd.add_f32s(simd.mul_f32s(a, b), c)
    } else {
        simd.mul_add_e_f32s(a, b, c)
    }
}

/// Defines a function whose body is compiled for each instruction set; `S` and `simd` are the
/// chosen one's type and token in the body.
macro_rules! kernel {
    ($(#[$doc:meta])* fn $name:ident<$life:lifetime, $S:ident>($simd:ident; $($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        pub fn $name<$life>($($arg: $ty),*) {
            struct Kernel<$life> {
                $($arg: $ty),*
            }
            impl<$life> pulp::WithSimd for Kernel<$life> {
                type Output = ();

                #[inline(always)]
                fn with_simd<$S: pulp::Simd>(self, $simd: $S) {
                    let Self { $($arg),* } = self;
                    $body
                }
            }
            $crate::sam::numeric::dispatch(Kernel { $($arg),* });
        }
    };
}
pub(super) use kernel;

#[cfg(test)]
pub mod tests {
    use std::cell::Cell;

    use rayon::ThreadPoolBuilder;

    use super::*;

    thread_local! {
        /// The instruction set that a test asks for in place of the best one.
        pub(super) static FORCED: Cell<Option<Arch>> = const { Cell::new(None) };
    }

    /// Runs a check with each instruction set that this processor has, on a thread of its own, which is also
    /// the only one that parallel loops in it use.
    pub fn on_each_instruction_set(check: impl Fn() + Send + Sync) {
        let mut sets = vec![Arch::Scalar, Arch::new()];
        #[cfg(target_arch = "x86_64")]
        sets.extend(pulp::x86::V3::try_new().map(Arch::V3));
        for set in sets {
            let force = move |_| FORCED.set(Some(set));
            let pool = ThreadPoolBuilder::new().num_threads(1).start_handler(force).build().unwrap();
            pool.install(&check);
        }
    }
}
