//! Parts of a network in which every place reaches every other.

const UNSEEN: u32 = u32::MAX;

/// The number of each node's part; edges are listed by the node they leave, `first` says where each node's begin.
///
/// Tarjan's strongly connected components with its own stack: a road can be longer than the machine's.
pub(crate) fn strong_parts(
    count: usize,
    first: &[u32],
    edges: &[u32],
    head: impl Fn(u32) -> u32,
) -> Vec<u32> {
    let mut order = vec![UNSEEN; count];
    let mut low = vec![0u32; count];
    let mut part = vec![UNSEEN; count];
    let mut open: Vec<u32> = Vec::new();
    let mut calls: Vec<(u32, u32)> = Vec::new();
    let (mut time, mut parts) = (0u32, 0u32);
    for root in 0..count as u32 {
        if order[root as usize] != UNSEEN {
            continue;
        }
        calls.push((root, first[root as usize]));
        while let Some((node, cursor)) = calls.pop() {
            let v = node as usize;
            if order[v] == UNSEEN {
                order[v] = time;
                low[v] = time;
                time += 1;
                open.push(node);
            }
            if cursor < first[v + 1] {
                calls.push((node, cursor + 1));
                let next = head(edges[cursor as usize]);
                let w = next as usize;
                if order[w] == UNSEEN {
                    calls.push((next, first[w]));
                } else if part[w] == UNSEEN {
                    low[v] = low[v].min(order[w]);
                }
                continue;
            }
            if low[v] == order[v] {
                while let Some(member) = open.pop() {
                    part[member as usize] = parts;
                    if member == node {
                        break;
                    }
                }
                parts += 1;
            }
            if let Some(&(caller, _)) = calls.last() {
                low[caller as usize] = low[caller as usize].min(low[v]);
            }
        }
    }
    part
}
