//! The graphics processor of `coverage --device gpu`, where this build has the code for one.

use super::{Coverage, Device};
use crate::failure::Failure;
use cupola_coverage::sweep::{Dem, SweepSettings};

/// A graphics processor that was asked for.
pub(super) struct Opened {
    #[cfg(feature = "gpu")]
    gpu: cupola_gpu::Gpu,
    #[cfg(not(feature = "gpu"))]
    none: std::convert::Infallible,
}

/// The graphics processor, where the command line asks for it.
///
/// # Errors
/// [`Failure`] when this build has no code for one, or the machine no driver.
#[cfg(feature = "gpu")]
pub(super) fn open(args: &Coverage) -> Result<Option<Opened>, Failure> {
    if args.device == Device::Cpu {
        return Ok(None);
    }
    let gpu = cupola_gpu::Gpu::open().map_err(|error| failed(&error))?;
    Ok(Some(Opened { gpu }))
}

/// As above, in a build without.
#[cfg(not(feature = "gpu"))]
pub(super) fn open(args: &Coverage) -> Result<Option<Opened>, Failure> {
    if args.device == Device::Cpu {
        return Ok(None);
    }
    Err(Failure::Input(
        "--device gpu: this program was built without it".to_owned(),
        Some(
            "build it with `cargo build --release --features gpu`, or leave --device out"
                .to_owned(),
        ),
    ))
}

#[cfg(feature = "gpu")]
fn failed(error: &cupola_gpu::GpuError) -> Failure {
    Failure::Input(
        format!("--device gpu: {error}"),
        Some(
            "install a Vulkan driver (Debian: mesa-vulkan-drivers), or leave --device out"
                .to_owned(),
        ),
    )
}

impl Opened {
    #[cfg(feature = "gpu")]
    pub(super) fn name(&self) -> &str {
        self.gpu.name()
    }

    #[cfg(not(feature = "gpu"))]
    pub(super) fn name(&self) -> &str {
        match self.none {}
    }

    /// The field, as `sweep::floor_field_into` has it.
    #[cfg(feature = "gpu")]
    pub(super) fn floor_field(
        &self,
        dem: &Dem<'_>,
        settings: &SweepSettings,
        floor_m: &mut [f32],
    ) -> Result<(), Failure> {
        let fields = self.gpu.floor_fields(dem, &[*settings]);
        let fields = fields.map_err(|error| failed(&error))?;
        for field in fields {
            floor_m.copy_from_slice(&field);
        }
        Ok(())
    }

    #[cfg(not(feature = "gpu"))]
    pub(super) fn floor_field(
        &self,
        _: &Dem<'_>,
        _: &SweepSettings,
        _: &mut [f32],
    ) -> Result<(), Failure> {
        match self.none {}
    }
}
