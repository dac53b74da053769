//! `fast_paths` over the roads: prepared, prepared again in the known order, and asked.

use super::roads::Roads;
use fast_paths::{InputGraph, PathCalculator, create_calculator, get_node_ordering};
use serde_json::{Value, json};
use std::time::Instant;

/// The least of so many is told: a shared machine only ever adds.
const PASSES: usize = 3;

/// One node a junction: no turn is forbidden.
pub fn node_based(roads: &Roads, places: &[u32]) -> Result<Value, String> {
    let mut graph = InputGraph::new();
    for edge in &roads.edges {
        graph.add_edge(edge.from as usize, edge.to as usize, edge.weight);
    }
    graph.freeze();
    measure(&graph, places, |calculator, prepared, from, to| {
        let path = calculator.calc_path(prepared, from as usize, to as usize);
        path.map(|path| path.get_weight())
    })
}

/// One node a directed edge: a path may start on any edge that leaves the first place and ends on any that enters the last.
pub fn turn_expanded(roads: &Roads, places: &[u32]) -> Result<Value, String> {
    let mut graph = InputGraph::new();
    let mut entering = vec![vec![]; roads.at.len()];
    for edge in 0..roads.edges.len() as u32 {
        entering[roads.edges[edge as usize].to as usize].push(edge);
        for next in roads.turns(edge) {
            let weight = roads.edges[next as usize].weight;
            graph.add_edge(edge as usize, next as usize, weight);
        }
    }
    graph.freeze();
    // The last edges may lead nowhere, and then are no nodes of the graph.
    let nodes = graph.get_num_nodes();
    let known = |end: &(usize, usize)| end.0 < nodes;
    let starts = |node: u32| {
        let edges = roads.leaving[node as usize].iter();
        let starts = edges.map(|edge| (*edge as usize, roads.edges[*edge as usize].weight));
        starts.filter(known).collect::<Vec<_>>()
    };
    measure(&graph, places, |calculator, prepared, from, to| {
        let ends = entering[to as usize].iter();
        let ends = ends.map(|edge| (*edge as usize, 0)).filter(known);
        let (starts, ends) = (starts(from), ends.collect::<Vec<_>>());
        if starts.is_empty() || ends.is_empty() {
            return None;
        }
        let path = calculator.calc_path_multiple_sources_and_targets(prepared, starts, ends);
        path.map(|path| path.get_weight())
    })
}

fn measure(
    graph: &InputGraph,
    places: &[u32],
    ask: impl Fn(&mut PathCalculator, &fast_paths::FastGraph, u32, u32) -> Option<usize>,
) -> Result<Value, String> {
    let prepared = fast_paths::prepare(graph);
    let order = get_node_ordering(&prepared);
    let (mut prepare_ms, mut again_ms) = (f64::INFINITY, f64::INFINITY);
    let pairs = places.chunks_exact(2).filter(|pair| pair[0] != pair[1]);
    let mut micros = vec![f64::INFINITY; pairs.clone().count()];
    let mut found = 0;
    let mut calculator = create_calculator(&prepared);
    for _ in 0..PASSES {
        let began = Instant::now();
        fast_paths::prepare(graph);
        prepare_ms = prepare_ms.min(milliseconds(began));
        let began = Instant::now();
        fast_paths::prepare_with_order(graph, &order)?;
        again_ms = again_ms.min(milliseconds(began));
        found = 0;
        for (micros, pair) in micros.iter_mut().zip(pairs.clone()) {
            let began = Instant::now();
            let weight = ask(&mut calculator, &prepared, pair[0], pair[1]);
            *micros = micros.min(milliseconds(began) * 1e3);
            found += usize::from(weight.is_some());
        }
    }
    micros.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let last = micros.len().saturating_sub(1);
        micros.get((last as f64 * share) as usize).copied()
    };
    Ok(json!({
        "nodes": graph.get_num_nodes(),
        "edges": graph.get_num_edges(),
        "prepare_ms": prepare_ms,
        "prepare_again_ms": again_ms,
        "query_us": at(0.5),
        "query_p95_us": at(0.95),
        "found": found,
        "asked": micros.len(),
    }))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
