//! The uncertain inputs of an answer, by name, and their values in one epistemic draw.

use cupola_scenario::Num;
use cupola_units::{Stream, entity_id, math};
use std::collections::BTreeMap;

/// Position of an input in [`Inputs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputId(usize);

/// Runs of draws that are spread evenly against each other (points of one Latin hypercube).
pub const POINTS: u32 = 8;
/// Independent hypercubes, on whose means errors and stopping rules stand.
pub const REPLICATES: u32 = 16;

/// One uncertain input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Name, for instance `kh-101.altitude_m`.
    pub name: String,
    /// Its range.
    pub num: Num,
    entity: u32,
}

impl Input {
    /// Its number in random counters.
    pub(crate) fn entity(&self) -> u32 {
        self.entity
    }
}

/// Every uncertain number that the plan refers to, once each.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    list: Vec<Input>,
    by_name: BTreeMap<String, usize>,
}

impl Inputs {
    /// The input of this name, added when new; another range under the same name gets a number.
    pub fn add(&mut self, name: &str, num: &Num) -> InputId {
        let mut name = name.to_owned();
        let mut copy = 1;
        while let Some(&index) = self.by_name.get(&name) {
            if self.list[index].num == *num {
                return InputId(index);
            }
            copy += 1;
            let stem = name.split('#').next().unwrap_or_default();
            name = format!("{stem}#{copy}");
        }
        let index = self.list.len();
        let entity = entity_id(&name);
        self.list.push(Input {
            name: name.clone(),
            num: num.clone(),
            entity,
        });
        self.by_name.insert(name, index);
        InputId(index)
    }

    /// All inputs in the order they were added.
    pub fn list(&self) -> &[Input] {
        &self.list
    }

    /// The values of every input in epistemic draw `draw`.
    ///
    /// Draw `d` is point `d / 16 mod 8` of hypercube `d mod 16` of block `d / 128`: any number of
    /// draws keeps 16 independent hypercubes, and a draw does not depend on how many there are.
    pub fn draw(&self, seed: u64, draw: u32) -> Values {
        let block = draw / (POINTS * REPLICATES);
        let cube = block * REPLICATES + draw % REPLICATES;
        let point = draw / REPLICATES % POINTS;
        let stream = Stream::new(seed, cube);
        let uniforms: Vec<f64> = self
            .list
            .iter()
            .map(|input| {
                let stratum = permuted(stream, input.entity, point);
                let jitter = stream.uniform(input.entity, purpose::JITTER, point);
                (f64::from(stratum) + jitter) / f64::from(POINTS)
            })
            .collect();
        let values = self
            .list
            .iter()
            .zip(&uniforms)
            .map(|(input, &u)| input.num.quantile(u));
        Values {
            values: values.collect(),
            uniforms,
        }
    }
}

impl InputId {
    /// Position among the inputs of its plan.
    pub fn index(self) -> usize {
        self.0
    }
}

impl Inputs {
    /// The range of an input.
    pub fn num(&self, id: InputId) -> &Num {
        &self.list[id.0].num
    }

    /// The value of an input at a place in its range, 0 to 1.
    pub fn quantile(&self, id: InputId, place: f64) -> f64 {
        self.num(id).quantile(place)
    }

    /// The values in the middle of every range, for maps.
    pub fn middle(&self) -> Values {
        let values = self
            .list
            .iter()
            .map(|input| input.num.quantile(0.5))
            .collect();
        Values {
            values,
            uniforms: vec![0.5; self.list.len()],
        }
    }
}

/// Where point `point` goes in a random permutation of the strata of one input.
fn permuted(stream: Stream, entity: u32, point: u32) -> u32 {
    let mut order: [u32; POINTS as usize] = std::array::from_fn(|i| i as u32);
    for i in (1..order.len()).rev() {
        let j = stream.index(entity, purpose::PERMUTATION, i as u32, i + 1);
        order.swap(i, j);
    }
    order[point as usize]
}

mod purpose {
    pub(super) const PERMUTATION: u32 = 0x0100;
    pub(super) const JITTER: u32 = 0x0101;
}

/// The values of every input in one draw.
#[derive(Clone, Debug)]
pub struct Values {
    values: Vec<f64>,
    uniforms: Vec<f64>,
}

impl Values {
    /// The value of an input.
    pub fn get(&self, id: InputId) -> f64 {
        self.values[id.0]
    }

    /// Where in its range the value lies, 0 to 1.
    pub fn uniform(&self, id: InputId) -> f64 {
        self.uniforms[id.0]
    }

    /// Where every input lies in its range, in the order of the inputs.
    pub fn uniforms(&self) -> &[f64] {
        &self.uniforms
    }

    /// A standard normal made from where the value lies.
    pub fn normal(&self, id: InputId) -> f64 {
        math::normal_quantile(self.uniform(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hypercube_visits_every_stratum_once() {
        let mut inputs = Inputs::default();
        let id = inputs.add("x", &Num::assumed(0.0, 0.5, 1.0, "test"));
        for cube in 0..REPLICATES {
            let mut strata: Vec<u32> = (0..POINTS)
                .map(|point| {
                    let u = inputs.draw(5, point * REPLICATES + cube).uniform(id);
                    (u * f64::from(POINTS)) as u32
                })
                .collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..POINTS).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_new_input_moves_no_other() {
        let mut few = Inputs::default();
        let x = few.add("x", &Num::assumed(0.0, 0.5, 1.0, "test"));
        let mut more = Inputs::default();
        more.add("w", &Num::assumed(0.0, 0.5, 1.0, "test"));
        let x_again = more.add("x", &Num::assumed(0.0, 0.5, 1.0, "test"));
        assert!((few.draw(1, 77).get(x) - more.draw(1, 77).get(x_again)).abs() < 1e-15);
    }
}
