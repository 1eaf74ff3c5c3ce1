package org.modelmerge.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleBounds;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.apache.commons.math3.random.MersenneTwister;
import org.modelmerge.error.MergeException;

/// The (mu/mu_w, lambda)-CMA-ES in a box: a cloud of points that learns from their ranks where to move and how to
/// stretch. It uses ranks only, so the scale of scores does not matter.
///
/// Source: Hansen, Ostermeier, "Completely Derandomized Self-Adaptation in Evolution Strategies", Evolutionary
/// Computation 9(2), 2001; the optimiser is Commons Math's. Every axis is scaled to [0, 1]; the cloud begins at the
/// start with a deviation of 0.3, and has 4 + [3 ln d] points.
///
/// @param axes at least one
/// @param budget points asked for at most
/// @param seed gives the same points again, for the same scores
public record CmaEs(List<Axis> axes, int budget, long seed) implements SearchStrategy {
    private static final double DEVIATION = 0.3;

    /// Copies the list.
    public CmaEs {
        axes = List.copyOf(axes);
        if (axes.isEmpty() || budget < 1) {
            throw new IllegalArgumentException(axes.size() + " axes, budget " + budget);
        }
    }

    @Override
    public Map<String, Object> description() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("strategy", "cma-es");
        members.put("axes", axes.stream().map(Axis::description).toList());
        members.put("seed", seed);
        return members;
    }

    @Override
    public void search(Objective objective) throws MergeException {
        int dimension = axes.size();
        CMAESOptimizer optimizer = new CMAESOptimizer(
                Integer.MAX_VALUE, 0, false, 0, 0, new MersenneTwister(seed), false, (_, _, _) -> false);
        double[] start = axes.stream().mapToDouble(Axis::startPlace).toArray();
        double[] ones = new double[dimension];
        Arrays.fill(ones, 1);
        double[] deviation = new double[dimension];
        Arrays.fill(deviation, DEVIATION);
        try {
            optimizer.optimize(
                    new MaxEval(budget),
                    new ObjectiveFunction(place -> lossAt(place, objective)),
                    GoalType.MINIMIZE,
                    new InitialGuess(start),
                    new SimpleBounds(new double[dimension], ones),
                    new CMAESOptimizer.Sigma(deviation),
                    new CMAESOptimizer.PopulationSize(4 + (int) (3 * Math.log(dimension))));
        } catch (TooManyEvaluationsException _) {
            // The budget is spent; whoever asked has seen every score.
        } catch (Carried e) {
            throw e.reason;
        }
    }

    private double lossAt(double[] place, Objective objective) {
        try {
            return -objective.score(values(place));
        } catch (MergeException e) {
            throw new Carried(e);
        }
    }

    private Map<String, Object> values(double[] place) {
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, List<Double>> lists = new LinkedHashMap<>();
        for (int k = 0; k < place.length; k++) {
            Axis axis = axes.get(k);
            if (axis.task() == Axis.SHARED) {
                values.put(axis.option(), axis.at(place[k]));
            } else {
                lists.computeIfAbsent(axis.option(), _ -> new ArrayList<>()).add(axis.at(place[k]));
            }
        }
        values.putAll(lists);
        return values;
    }

    /// Brings our exception through the optimiser, which knows none.
    private static final class Carried extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient MergeException reason;

        Carried(MergeException reason) {
            super(null, reason, false, false);
            this.reason = reason;
        }
    }
}
