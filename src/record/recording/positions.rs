//! Where the neurons of a run lie.

use super::{Recording, RecordingError};
use crate::network::AXES;
use crate::position::Point;
use crate::record::nodes::{NODES, UM_PER_MM};

impl Recording {
    /// Where the neurons of `population` lie, one after the other: x, y and z in millimetres, 0 along axes that there are
    /// not. `None` where the model does not say.
    ///
    /// # Errors
    /// If there is no such population, or what should be its positions are none.
    pub fn positions(&self, population: &str) -> Result<Option<Vec<Point>>, RecordingError> {
        let size = self.population(population)?.size;
        let reader = self.reader()?;
        let place = format!("/{NODES}/{population}");
        let places = [format!("/{NODES}"), place.clone(), format!("{place}/0/x")];
        if !places.iter().all(|place| reader.has(place)) {
            return Ok(None);
        }
        let mut points = vec![Point::default(); size];
        for (axis, name) in AXES.into_iter().enumerate() {
            let place = format!("{place}/0/{name}");
            let column = reader.column::<f64>(&place)?;
            if column.len() != size {
                let found = format!("{} values", column.len());
                return Err(reader.content(&place, found, format!("{size}, one for each neuron")));
            }
            for (point, um) in points.iter_mut().zip(column) {
                point[axis] = um / UM_PER_MM;
            }
        }
        Ok(Some(points))
    }
}
