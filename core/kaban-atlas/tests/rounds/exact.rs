//! What is called best possible is compared with every order there is, and with branch and bound.

use crate::days::{Dice, Recipe, problem};
use crate::judge::{Price, audited, locks_hold, orders, price, ride};
use kaban_atlas::round::{Objective, Problem, Quality, Window, solve_for};

const BOTH: [Objective; 2] = [Objective::Finish, Objective::Travel];

/// The best price over every way to share out and order any of the stops.
fn brute(problem: &Problem, objective: Objective) -> Option<Price> {
    fn go(
        problem: &Problem,
        objective: Objective,
        plan: &mut Vec<Vec<usize>>,
        used: usize,
        best: &mut Option<Price>,
    ) {
        if locks_hold(problem, &padded(problem, plan))
            && let Some(found) = price(problem, objective, &padded(problem, plan))
        {
            *best = Some(best.map_or(found, |best| best.min(found)));
        }
        for stop in (0..problem.stops.len()).filter(|stop| used >> stop & 1 == 0) {
            plan.last_mut().unwrap().push(stop);
            go(problem, objective, plan, used | 1 << stop, best);
            plan.last_mut().unwrap().pop();
        }
        if plan.len() < problem.vehicles.len() {
            plan.push(Vec::new());
            go(problem, objective, plan, used, best);
            plan.pop();
        }
    }
    let mut best = None;
    go(problem, objective, &mut vec![Vec::new()], 0, &mut best);
    best
}

fn padded(problem: &Problem, plan: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut plan = plan.to_vec();
    plan.resize(problem.vehicles.len(), Vec::new());
    plan
}

/// A hard little day: tight, with ways missing, places apart from the clinic, several windows.
fn tight(seed: u64, stops: usize, vehicles: usize) -> Problem {
    let mut dice = Dice::new(seed ^ 0xABCD);
    let hours = dice.between(2, 8);
    let mut made = problem(
        Recipe {
            windowed: dice.between(0, 100),
            day: [30_600, 30_600 + hours * 3_600],
            severed: [0, 0, 80][dice.roll(3) as usize],
            ..Recipe::day(seed, stops, vehicles)
        },
        Objective::Finish,
    );
    for stop in &mut made.stops {
        if dice.roll(4) == 0 && !stop.windows.is_empty() {
            let from = 30_600 + dice.roll(20_000);
            let until = from + dice.roll(2_000);
            stop.windows.push(Window { from, until });
        }
        stop.urgent = dice.roll(8) == 0;
    }
    for vehicle in &mut made.vehicles {
        if dice.roll(3) == 0 {
            vehicle.start = dice.roll(stops as u32 + 1) as usize;
            vehicle.end = dice.roll(stops as u32 + 1) as usize;
            vehicle.window.from += dice.roll(3_600);
        }
    }
    made.checked().unwrap()
}

#[test]
fn one_vehicle_is_as_good_as_every_order() {
    for seed in 0..160 {
        let day = tight(
            seed,
            if seed % 20 == 0 {
                8
            } else {
                1 + seed as usize % 7
            },
            1,
        );
        for objective in BOTH {
            let round = solve_for(&day, objective);
            assert_eq!(round.quality, Quality::BestPossible);
            assert_eq!(
                Some(audited(&day, &round)),
                brute(&day, objective),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn two_vehicles_are_as_good_as_every_way_to_share() {
    for seed in 0..60 {
        let day = tight(seed, 1 + seed as usize % 6, 2);
        for objective in BOTH {
            let round = solve_for(&day, objective);
            assert_eq!(round.quality, Quality::BestPossible);
            assert_eq!(
                Some(audited(&day, &round)),
                brute(&day, objective),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn lateness_at_soft_windows_is_as_small_as_can_be() {
    let mut late = 0;
    for seed in 0..80 {
        let mut day = tight(seed, 1 + seed as usize % 7, 1);
        let mut dice = Dice::new(seed);
        for stop in &mut day.stops {
            stop.soft = dice.roll(3) > 0;
            if stop.soft {
                let from = 30_600 + dice.roll(6_000);
                let until = from + 120;
                stop.windows = vec![Window { from, until }];
            }
        }
        for objective in BOTH {
            let round = solve_for(&day, objective);
            assert_eq!(round.quality, Quality::BestPossible);
            let found = audited(&day, &round);
            assert_eq!(Some(found), brute(&day, objective), "seed {seed}");
            late += u32::from(found[1] > 0);
        }
    }
    assert!(late > 20, "the days are too easy: {late}");
}

#[test]
fn locked_stops_stay_and_the_rest_is_the_best_around_them() {
    let mut proved = 0;
    for seed in 0..120 {
        let mut day = tight(seed, 2 + seed as usize % 6, 1);
        let mut dice = Dice::new(seed);
        for stop in &mut day.stops {
            stop.locked = dice.roll(4) == 0;
        }
        for objective in BOTH {
            let round = solve_for(&day, objective);
            assert!(locks_hold(&day, &orders(&day, &round)), "seed {seed}");
            let found = audited(&day, &round);
            let best = brute(&day, objective).unwrap();
            if round.quality == Quality::BestPossible {
                assert_eq!(found, best, "seed {seed}");
                proved += 1;
            } else {
                assert!(found >= best);
            }
        }
    }
    assert!(proved > 120, "{proved}");
}

/// Depth first, the latest start of nobody known: pruned by what could still be served, the time, and the cheapest ways in.
struct Branch<'p> {
    problem: &'p Problem,
    objective: Objective,
    cheapest_in: Vec<u64>,
    best: Price,
}

impl Branch<'_> {
    /// The best price there is, which is `known` unless something is better.
    fn best(problem: &Problem, objective: Objective, known: Price) -> Price {
        let everywhere = 0..problem.matrix.size();
        let cheapest_in = problem
            .stops
            .iter()
            .map(|stop| {
                let into = everywhere.clone().filter(|from| *from != stop.place);
                let times = into.filter_map(|from| problem.matrix.seconds(from, stop.place));
                u64::from(times.min().unwrap())
            })
            .collect();
        let mut branch = Branch {
            problem,
            objective,
            cheapest_in,
            best: known,
        };
        branch.go(&mut Vec::new(), 0);
        branch.best
    }

    fn go(&mut self, order: &mut Vec<usize>, used: usize) {
        let Some([_, finish, travel]) = ride(self.problem, 0, order) else {
            return;
        };
        if let Some(found) = price(self.problem, self.objective, std::slice::from_ref(order)) {
            self.best = self.best.min(found);
        }
        let left: Vec<usize> = (0..self.problem.stops.len())
            .filter(|stop| used >> stop & 1 == 0 && self.fits(order, *stop))
            .collect();
        // At best all that still fit are served; each costs the cheapest way to it, less the way home counted already.
        let home = order.last().map_or(0, |last| {
            self.problem
                .matrix
                .seconds(self.problem.stops[*last].place, 0)
                .unwrap()
        });
        let mut rest: Vec<u64> = left.iter().map(|stop| self.cheapest_in[*stop]).collect();
        rest.sort_unstable();
        let missed = (self.problem.stops.len() - order.len() - left.len()) as u64;
        let more: u64 = rest.iter().sum();
        let service: u64 = left
            .iter()
            .map(|stop| u64::from(self.problem.stops[*stop].service))
            .sum();
        let bound = match self.objective {
            Objective::Finish => [missed, 0, finish - u64::from(home) + more + service],
            Objective::Travel => [missed, 0, travel - u64::from(home) + more],
        };
        if bound[..] > self.best[..3] {
            return;
        }
        for stop in left {
            order.push(stop);
            self.go(order, used | 1 << stop);
            order.pop();
        }
    }

    /// Whether a stop can come next. Where ways are never shorter by a detour, what cannot come now cannot come later.
    fn fits(&self, order: &[usize], stop: usize) -> bool {
        let mut order = order.to_vec();
        order.push(stop);
        ride(self.problem, 0, &order).is_some()
    }
}

#[test]
fn nine_to_eleven_stops_are_as_good_as_branch_and_bound() {
    for seed in 0..6 {
        let stops = 9 + seed as usize % 3;
        let mut day = problem(Recipe::day(seed + 500, stops, 1), Objective::Finish);
        day.matrix = with_triangles(&day);
        for objective in BOTH {
            let round = solve_for(&day, objective);
            assert_eq!(round.quality, Quality::BestPossible);
            let found = audited(&day, &round);
            let best = Branch::best(&day, objective, found);
            assert_eq!(found, best, "seed {seed}");
        }
    }
}

/// Driving times where no detour is shorter than the way itself.
fn with_triangles(day: &Problem) -> kaban_atlas::round::Matrix {
    let size = day.matrix.size();
    let mut times: Vec<Vec<Option<u32>>> = (0..size)
        .map(|from| (0..size).map(|to| day.matrix.seconds(from, to)).collect())
        .collect();
    for via in 0..size {
        for from in 0..size {
            for to in 0..size {
                let detour = times[from][via].unwrap() + times[via][to].unwrap();
                times[from][to] = times[from][to].map(|time| time.min(detour));
            }
        }
    }
    kaban_atlas::round::Matrix::new(&times).unwrap()
}
