package org.modelmerge.routing;

import java.util.ArrayList;
import java.util.List;

/// Inputs whose shares are close, so that one composed model can serve them all.
///
/// One after the other, an input joins the first group whose first input is at most `radius` away in total variation,
/// `1/2 sum_i |w_i - w'_i|`, or starts a group of its own. A group is served with the mean of its shares.
///
/// Source: the group-wise variant of Lu et al., "Twin-Merging", 2024, arXiv:2406.15479, which says no more than that
/// weights of a group are averaged; the rule of the groups is ours.
///
/// @param members the inputs of each group, in their order
/// @param weights `[groups][n]`, the mean shares of each group
public record RoutingGroups(List<int[]> members, List<float[]> weights) {
    /// Copies the lists.
    public RoutingGroups {
        members = List.copyOf(members);
        weights = List.copyOf(weights);
    }

    /// Groups inputs.
    ///
    /// @param shares `[inputs][n]`
    /// @param radius from 0, where only equal shares meet, to 1, where all do
    public static RoutingGroups of(float[][] shares, double radius) {
        List<float[]> leaders = new ArrayList<>();
        List<List<Integer>> groups = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            int group = 0;
            while (group < leaders.size() && distance(leaders.get(group), shares[i]) > radius) {
                group++;
            }
            if (group == leaders.size()) {
                leaders.add(shares[i]);
                groups.add(new ArrayList<>());
            }
            groups.get(group).add(i);
        }
        List<int[]> members = new ArrayList<>();
        List<float[]> means = new ArrayList<>();
        for (List<Integer> group : groups) {
            int[] inputs = group.stream().mapToInt(Integer::intValue).toArray();
            members.add(inputs);
            means.add(mean(shares, inputs));
        }
        return new RoutingGroups(members, means);
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.abs((double) one[i] - other[i]);
        }
        return sum / 2;
    }

    private static float[] mean(float[][] shares, int[] inputs) {
        float[] mean = new float[shares[0].length];
        for (int i = 0; i < mean.length; i++) {
            double sum = 0;
            for (int input : inputs) {
                sum += shares[input][i];
            }
            mean[i] = (float) (sum / inputs.length);
        }
        return mean;
    }
}
