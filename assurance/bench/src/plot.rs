//! A picture of how the cost grows, for the documentation.

use std::path::Path;

use plotters::prelude::*;

use crate::Error;
use crate::figures::{Pair, Run, Series, Side};

const SIZE: (u32, u32) = (1000, 400);
const FONT: (&str, u32) = ("sans-serif", 14);
const POLICY: RGBColor = RGBColor(0x1f, 0x77, 0xb4);
const FLOOR: RGBColor = RGBColor(0x99, 0x99, 0x99);

/// Draws each series in a panel of its own: the policy and its floor, over what grows, on linear scales.
pub fn draw(run: &Run, file: &Path) -> Result<(), Error> {
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    for (series, panel) in run.growth.iter().zip(area.split_evenly((1, run.growth.len()))) {
        draw_series(series, &panel)?;
    }
    area.present()?;
    Ok(())
}

fn draw_series(
    series: &Series,
    panel: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
) -> Result<(), Error> {
    let largest = series.points.iter().map(|point| point.number).max().unwrap_or(1);
    let slower = |pair: &Pair| pair.policy.total.max(pair.floor.total);
    let slowest = series
        .points
        .iter()
        .map(|point| slower(&point.fresh))
        .fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(panel)
        .margin(10)
        .caption(&series.name, FONT)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..largest as f64 * 1.05, 0.0..slowest * 1.05 / 1000.0)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|number| format!("{number:.0}"))
        .x_desc(series.unit.as_str())
        .y_desc("ms for an evaluation")
        .label_style(FONT)
        .draw()?;
    for (name, colour, side) in [("policy", POLICY, Side::Policy), ("floor", FLOOR, Side::Floor)] {
        let points = series.points.iter().map(|point| {
            let milliseconds = point.fresh.times(side).total / 1000.0;
            (point.number as f64, milliseconds)
        });
        let line = LineSeries::new(points, colour.stroke_width(2)).point_size(3);
        chart.draw_series(line)?.label(name).legend(move |(x, y)| {
            PathElement::new([(x, y), (x.saturating_add(20), y)], colour.stroke_width(2))
        });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(FONT)
        .draw()?;
    Ok(())
}
