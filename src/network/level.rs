//! Levels: where in an instant each population is tested.
//!
//! A zero-delay projection delivers within the instant, so its target comes after its source: a population's level is
//! the longest zero-delay path that leads to it.

/// The level of each of `n` populations under the zero-delay projections `edges` (source, target).
///
/// # Errors
/// The populations of a zero-delay loop, in order, if there is one.
pub fn levels(n: usize, edges: &[(usize, usize)]) -> Result<Vec<usize>, Vec<usize>> {
    let mut level = vec![0; n];
    let mut waiting: Vec<usize> = (0..n)
        .map(|target| edges.iter().filter(|edge| edge.1 == target).count())
        .collect();
    let mut ready: Vec<usize> = (0..n)
        .filter(|&population| waiting[population] == 0)
        .collect();
    let mut done = 0;
    while let Some(source) = ready.pop() {
        done += 1;
        for &(_, target) in edges.iter().filter(|edge| edge.0 == source) {
            level[target] = level[target].max(level[source] + 1);
            waiting[target] -= 1;
            if waiting[target] == 0 {
                ready.push(target);
            }
        }
    }
    if done == n {
        Ok(level)
    } else {
        Err(find_loop(&waiting, edges))
    }
}

/// Walks backwards among populations that still wait until one repeats: each of them waits for another such.
fn find_loop(waiting: &[usize], edges: &[(usize, usize)]) -> Vec<usize> {
    let mut path: Vec<usize> = waiting
        .iter()
        .position(|&count| count > 0)
        .into_iter()
        .collect();
    while let Some(&target) = path.last() {
        let Some(source) = edges
            .iter()
            .find(|edge| edge.1 == target && waiting[edge.0] > 0)
            .map(|edge| edge.0)
        else {
            break;
        };
        if let Some(first) = path.iter().position(|&seen| seen == source) {
            path.drain(..first);
            break;
        }
        path.push(source);
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_counts() {
        // 0 → 1 → 2 → 3 and a shortcut 0 → 3; 4 alone.
        assert_eq!(
            levels(5, &[(0, 1), (1, 2), (2, 3), (0, 3)]),
            Ok(vec![0, 1, 2, 3, 0])
        );
    }

    #[test]
    fn a_loop_is_named_in_order() {
        // 3 hangs below the loop 0 → 1 → 2 → 0 and is not part of it.
        assert_eq!(
            levels(4, &[(0, 1), (1, 2), (2, 0), (2, 3)]),
            Err(vec![1, 2, 0])
        );
        assert_eq!(levels(1, &[(0, 0)]), Err(vec![0]));
    }
}
