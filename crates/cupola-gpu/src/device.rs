//! The adapter, its buffers, and the strips of rings that are sent to it.

use cupola_coverage::CoverageError;
use cupola_coverage::sweep::{Dem, FloorHeight, SweepSettings, check_sweep};
use thiserror::Error;
use wgpu::util::DeviceExt as _;

use crate::scene::{NOTHING_MET, Scene, UNKNOWN_M};

/// Rings whose rays are noted before their cells are read off.
const RINGS_PER_STRIP: usize = 64;
/// Invocations of a group, as the shader says.
const GROUP: usize = 64;

/// Why a field could not be computed on a graphics processor.
#[derive(Debug, Error)]
pub enum GpuError {
    /// There is no adapter, or it gives no device.
    #[error("no graphics adapter can be used: {0}")]
    NoDevice(String),
    /// A buffer is larger than the adapter allows.
    #[error("the model needs a buffer of {bytes} bytes, and this adapter allows {limit}")]
    TooLarge {
        /// What is needed.
        bytes: u64,
        /// What there is.
        limit: u64,
    },
    /// The device was lost, or ran out of memory.
    #[error("the graphics device failed: {0}")]
    Failed(String),
    /// The model or the settings make no sense.
    #[error(transparent)]
    Sweep(#[from] CoverageError),
}

/// A graphics device that is ready to sweep.
#[derive(Debug)]
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    march: wgpu::ComputePipeline,
    read_off: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    name: String,
}

impl Gpu {
    /// The adapter that the driver calls the fastest; a software one where there is no other.
    ///
    /// # Errors
    /// [`GpuError::NoDevice`] when there is none.
    pub fn open() -> Result<Self, GpuError> {
        let none = |why: &dyn std::fmt::Display| GpuError::NoDevice(why.to_string());
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let wanted = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&wanted));
        let adapter = adapter.map_err(|error| none(&error))?;
        let asked = adapter.request_device(&wgpu::DeviceDescriptor {
            required_limits: adapter.limits(),
            ..wgpu::DeviceDescriptor::default()
        });
        let (device, queue) = pollster::block_on(asked).map_err(|error| none(&error))?;
        let info = adapter.get_info();
        let layout = bind_group_layout(&device);
        let [march, read_off] = ["march", "read_off"].map(|name| pipeline(&device, &layout, name));
        Ok(Self {
            device,
            queue,
            march,
            read_off,
            layout,
            name: format!("{} ({:?})", info.name, info.device_type),
        })
    }

    /// Name and kind of the adapter.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The floors of several sensors over one model, one after another; the model is sent once.
    ///
    /// # Errors
    /// [`GpuError`] when the adapter cannot hold or compute them, or a setting makes no sense.
    pub fn floor_fields(
        &self,
        dem: &Dem<'_>,
        sensors: &[SweepSettings],
    ) -> Result<Vec<Vec<f32>>, GpuError> {
        for settings in sensors {
            check_sweep(dem, settings)?;
        }
        let known = |height: &f32| if height.is_nan() { UNKNOWN_M } else { *height };
        let heights_m: Vec<f32> = dem.heights_m.iter().map(known).collect();
        let ground = self.filled(&heights_m)?;
        let sensors = sensors.iter();
        sensors
            .map(|settings| self.field(dem, settings, &ground))
            .collect()
    }

    fn field(
        &self,
        dem: &Dem<'_>,
        settings: &SweepSettings,
        ground: &wgpu::Buffer,
    ) -> Result<Vec<f32>, GpuError> {
        let scene = Scene::new(dem, settings);
        let floors = self.filled(&vec![UNKNOWN_M; dem.heights_m.len()])?;
        let rays = 8 * scene.rays;
        let uniform = self
            .device
            .create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: None,
                contents: bytemuck::cast_slice(&scene.words(1, 1)),
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            });
        let buffers = [
            &uniform,
            ground,
            &self.filled(&scene.slopes())?,
            &self.filled(&vec![NOTHING_MET; rays])?,
            &self.filled(&vec![0.0; RINGS_PER_STRIP * rays])?,
            &floors,
        ];
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.layout,
            entries: &entries,
        });
        for first in (1..=scene.rings).step_by(RINGS_PER_STRIP) {
            let last = (first + RINGS_PER_STRIP - 1).min(scene.rings);
            let words = scene.words(first, last);
            self.queue
                .write_buffer(&uniform, 0, bytemuck::cast_slice(&words));
            self.strip(&scene, &group, last + 1 - first, last);
        }
        let mut field = self.read_back(&floors, dem.heights_m.len())?;
        finish(dem, settings, &mut field);
        Ok(field)
    }

    /// One strip of rings, the farthest of them `last`.
    fn strip(&self, scene: &Scene, group: &wgpu::BindGroup, rings: usize, last: usize) {
        let groups = |count: usize| count.div_ceil(GROUP) as u32;
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (pipeline, size) in [
            (&self.march, (groups(scene.rays), 8, 1)),
            (
                &self.read_off,
                (groups(last.min(scene.offset_max) + 1), rings as u32, 8),
            ),
        ] {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.dispatch_workgroups(size.0, size.1, size.2);
        }
        self.queue.submit([encoder.finish()]);
    }

    /// A buffer of the device with these numbers.
    fn filled(&self, values: &[f32]) -> Result<wgpu::Buffer, GpuError> {
        let bytes = 4 * values.len() as u64;
        let limits = self.device.limits();
        let limit = limits
            .max_buffer_size
            .min(limits.max_storage_buffer_binding_size);
        if bytes > limit {
            return Err(GpuError::TooLarge { bytes, limit });
        }
        Ok(self
            .device
            .create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: None,
                contents: bytemuck::cast_slice(values),
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            }))
    }

    fn read_back(&self, buffer: &wgpu::Buffer, count: usize) -> Result<Vec<f32>, GpuError> {
        let failed = |why: &dyn std::fmt::Display| GpuError::Failed(why.to_string());
        let size = 4 * count as u64;
        let here = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &here, 0, size);
        self.queue.submit([encoder.finish()]);
        let (say, heard) = std::sync::mpsc::channel();
        here.map_async(wgpu::MapMode::Read, .., move |done| {
            // Nobody listens any more only when waiting has failed, which is told below.
            say.send(done).ok();
        });
        let waited = self.device.poll(wgpu::PollType::wait_indefinitely());
        waited.map_err(|error| failed(&error))?;
        let done = heard.recv().map_err(|error| failed(&error))?;
        done.map_err(|error| failed(&error))?;
        let view = here.get_mapped_range(..).map_err(|error| failed(&error))?;
        Ok(bytemuck::cast_slice(&view).to_vec())
    }
}

/// Unknown floors and those beyond the radius become NaN; the sensor's own cell gets its ground.
fn finish(dem: &Dem<'_>, settings: &SweepSettings, field: &mut [f32]) {
    let reach = settings.radius_m.map(|radius_m| radius_m / dem.cell_m);
    let squared = reach.map_or(f64::INFINITY, |cells| cells * cells);
    let (row, col) = settings.sensor;
    for (i, floor_m) in field.iter_mut().enumerate() {
        let (dr, dc) = ((i / dem.cols).abs_diff(row), (i % dem.cols).abs_diff(col));
        if *floor_m > 0.5 * UNKNOWN_M || (dr * dr + dc * dc) as f64 > squared {
            *floor_m = f32::NAN;
        }
    }
    let at = row * dem.cols + col;
    field[at] = match settings.height {
        FloorHeight::AboveGround => 0.0,
        FloorHeight::AboveSea | FloorHeight::Line => dem.heights_m[at],
    };
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
    let kinds = [
        wgpu::BufferBindingType::Uniform,
        storage(true),
        storage(true),
        storage(false),
        storage(false),
        storage(false),
    ];
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
        .zip(kinds)
        .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &entries,
    })
}

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    entry: &str,
) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::include_wgsl!("floors.wgsl"));
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(entry),
        layout: Some(&layout),
        module: &module,
        entry_point: Some(entry),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}
