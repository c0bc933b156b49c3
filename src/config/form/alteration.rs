//! Forms of what is altered in a stage: numbers by their paths.

use crate::base::alteration::Alteration;
use crate::base::parameter::{Dimension, Range};
use crate::config::quantity::{self, quote};
use crate::config::reader::Item;
use crate::network::ParameterPath;

use super::{Around, Form};

/// A number of the network, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Altered {
    /// Where it stands.
    pub path: ParameterPath,
    /// What the number said measures.
    dimension: Dimension,
    /// The number said, in the held unit.
    pub number: f64,
}

/// What is said of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// How many times what was declared.
    Factor,
    /// How much more.
    Offset,
    /// What they are.
    Value,
}

impl How {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Factor, Self::Offset, Self::Value];

    /// The key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Offset => "offset",
            Self::Value => "value",
        }
    }

    /// What it makes of a number.
    pub const fn with(self, number: f64) -> Alteration {
        match self {
            Self::Factor => Alteration::factor(number),
            Self::Offset => Alteration::offset(number),
            Self::Value => Alteration::value(number),
        }
    }
}

/// A table of paths with a number each.
pub fn altered(how: How) -> Form<'static, Vec<Altered>> {
    let example = match how {
        How::Factor => "{ \"population.e.b\" = 2.0 }",
        How::Offset => "{ \"population.e.v_th\" = \"1 mV\" }",
        How::Value => "{ \"stimulus.noise.rate\" = \"2 kHz\" }",
    };
    let expected = format!("a table of paths with a number each, such as {example}");
    let refused = expected.clone();
    let read = move |item: &Item<'_>, around: &Around<'_>| {
        if !item.is_table() {
            return item.refuse(&refused, None);
        }
        let section = item.named_section()?;
        let mut all = Some(Vec::new());
        for key in section.keys() {
            let one = section.get(key);
            match (one.and_then(|own| one_of(&own, key, how, around)), &mut all) {
                (Some(one), Some(all)) => all.push(one),
                (None, _) => all = None,
                (_, None) => {}
            }
        }
        all.map(|mut all| {
            all.sort_by(|a, b| a.path.cmp(&b.path));
            all
        })
    };
    let write = |all: &Vec<Altered>, _| {
        let each = all.iter().map(|one| {
            let path = quote(&one.path.to_string());
            format!("{path} = {}", quantity::write(one.number, one.dimension))
        });
        match all.is_empty() {
            true => String::new(),
            false => format!("{{ {} }}", each.collect::<Vec<_>>().join(", ")),
        }
    };
    let words = match how {
        How::Factor => "{ \"PATH\" = number, … }",
        How::Offset | How::Value => "{ \"PATH\" = its unit, … }",
    };
    let form = Form::new(words, read, write).expecting(expected);
    // Where a part is at fault that is the problem to mend.
    form.unless(|around| around.alterable.is_none())
}

fn one_of(item: &Item<'_>, key: &str, how: How, around: &Around<'_>) -> Option<Altered> {
    if item.is_table() {
        let expected = "a number; a path stands in quotes, such as \"population.e.tau_m\"";
        return item.refuse(expected, None);
    }
    let network = around.alterable?;
    let path = key.parse::<ParameterPath>();
    let found = path.and_then(|path| Ok((network.changeable(&path)?, path)));
    let (changeable, path) = match found {
        Ok(found) => found,
        Err(error) => {
            let message = format!("`{}`: {error}", item.path);
            item.reader.problem(item.key_origin, message, error.help());
            return None;
        }
    };
    let dimension = match how {
        How::Factor => Dimension::One,
        How::Offset | How::Value => changeable.dimension,
    };
    Some(Altered {
        path,
        dimension,
        number: item.quantity(dimension, Range::Finite)?,
    })
}
