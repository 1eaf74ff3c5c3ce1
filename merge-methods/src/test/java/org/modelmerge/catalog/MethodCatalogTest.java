package org.modelmerge.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.MergeMethod.Outline;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

final class MethodCatalogTest {
    static Stream<Arguments> methods() {
        return Stream.of(
                Arguments.of("average", Map.of(), Average.plain()),
                Arguments.of("average", Map.of("weights", "1, 2,-.5"), new Average(List.of(1f, 2f, -0.5f))),
                Arguments.of("task-arithmetic", Map.of(), TaskArithmetic.of(0.3f)),
                Arguments.of("task_arithmetic", Map.of("lambda", "-1e-1"), TaskArithmetic.of(-0.1f)),
                Arguments.of(
                        "task-arithmetic",
                        Map.of("lambda", List.of(0.5, 1L)),
                        new TaskArithmetic(Coefficients.perTask(0.5f, 1f))),
                Arguments.of("ties", Map.of(), new Ties(Density.percent(20), MergeFunction.MEAN, TrimScope.MODEL, 1f)),
                Arguments.of(
                        "ties",
                        Map.of("density", "0.5", "merge-function", "max", "trim-scope", "tensor", "lambda", 2L),
                        new Ties(Density.fraction(0.5), MergeFunction.MAX, TrimScope.TENSOR, 2f)),
                Arguments.of(
                        "pcb",
                        Map.of(),
                        new Pcb(PcbVariant.ROOT, Density.percent(10), Coefficients.shared(1f), Degenerate.FAIL)),
                Arguments.of(
                        "pcb",
                        Map.of("variant", "vision_es", "density", "5%", "lambda", "1,2", "degenerate", "skip-task"),
                        new Pcb(
                                PcbVariant.VISION_ES,
                                Density.percent(5),
                                Coefficients.perTask(1f, 2f),
                                Degenerate.SKIP_TASK)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void buildsAMethodFromTextOrPlanValues(String name, Map<String, Object> values, MergeMethod expected)
            throws MergeException {
        MergeMethod method = MethodCatalog.create(name, values);

        assertThat(method).isEqualTo(expected);
        assertThat(MethodCatalog.create(method.name(), method.parameters())).isEqualTo(method);
        assertThat(MethodCatalog.entry(method.name()).parameters().stream().map(MethodEntry.Parameter::name))
                .containsAll(method.parameters().keySet());
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("tie", Map.of(), "unknown method (got tie, expected one of average, task-arithmetic"),
                Arguments.of("ties", Map.of("variant", "root"), "ties has no option --variant"),
                Arguments.of("ties", Map.of("density", "0"), "bad density (got 0, expected a share above 0"),
                Arguments.of("ties", Map.of("density", "101%"), "bad density (got 101%"),
                Arguments.of("ties", Map.of("density", "NaN"), "bad density (got NaN"),
                Arguments.of("ties", Map.of("density", ""), "bad density (got "),
                Arguments.of("ties", Map.of("density", "1e-99999999999"), "bad density"),
                Arguments.of("ties", Map.of("merge-function", "median"), "got median, expected mean, sum, max"),
                Arguments.of("ties", Map.of("lambda", "1,2"), "bad lambda (got 1,2, expected a finite number)"),
                Arguments.of("ties", Map.of("lambda", "1e39"), "bad lambda (got 1e39"),
                Arguments.of("ties", Map.of("lambda", "0x1p3"), "bad lambda (got 0x1p3"),
                Arguments.of("task-arithmetic", Map.of("lambda", "1,"), "bad lambda (got , expected"),
                Arguments.of("task-arithmetic", Map.of("lambda", "Infinity"), "bad lambda (got Infinity"),
                Arguments.of("average", Map.of("weights", ""), "bad weights"),
                Arguments.of(
                        "pcb", Map.of("degenerate", "no\nthing"), "got no\\u000athing, expected fail, skip-task, nan"),
                Arguments.of(
                        "adamerging", Map.of(), "adamerging needs --coefficients FILE, or --tasks FILE to learn them"),
                Arguments.of(
                        "adamerging", Map.of("coefficients", "f", "density", "20%"), "--density needs --plus-plus"),
                Arguments.of(
                        "adamerging",
                        Map.of("coefficients", "f", "plus-plus", "yes"),
                        "got yes, expected true or false"),
                Arguments.of("adamerging", Map.of("coefficients", "a\0b"), "bad --coefficients (got a\\u0000b"),
                Arguments.of(
                        "adamerging",
                        Map.of("coefficients", "f", "row-names", "a\0b"),
                        "bad --row-names (got a\\u0000b"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesBadArguments(String name, Map<String, Object> values, String problem) {
        MergeException e = Objects.requireNonNull(
                catchThrowableOfType(MergeException.class, () -> MethodCatalog.create(name, values)));

        assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
        assertThat(e.problem()).contains(problem);
    }

    static Stream<Arguments> wrongCounts() {
        return Stream.of(
                Arguments.of("average", "weights", "1,2", "--weights has the wrong length (got 2 numbers, expected 3)"),
                Arguments.of("average", "weights", "1,-2,1", "cannot be normalised (got the sum 0.0"),
                Arguments.of("average", "weights", "3e38,3e38,1", "cannot be normalised (got the sum Infinity"),
                Arguments.of("task-arithmetic", "lambda", "1,2", "got 2 numbers, expected 1 or 3"),
                Arguments.of("pcb", "lambda", "1,2,3,4", "got 4 numbers, expected 1 or 3"));
    }

    @ParameterizedTest
    @MethodSource("wrongCounts")
    void refusesListsThatDoNotFitTheTasks(String name, String option, String value, String problem)
            throws MergeException {
        MergeMethod method = MethodCatalog.create(name, Map.of(option, value));
        Outline three = new Outline(List.of("a", "b", "c"), List.of("w"), _ -> {});

        MergeException e = Objects.requireNonNull(catchThrowableOfType(MergeException.class, () -> method.bind(three)));

        assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
        assertThat(e.problem()).contains(problem);
    }

    @Test
    void describesEveryMethodWithItsDefaults() throws MergeException {
        for (MethodEntry entry : MethodCatalog.entries()) {
            assertThat(entry.summary()).endsWith(".");
            assertThat(entry.citation().arxiv()).matches("\\d{4}\\.\\d{5}");
            if (entry.name().equals("adamerging")) {
                continue;
            }
            Map<String, Object> defaults = new HashMap<>();
            for (MethodEntry.Parameter parameter : entry.parameters()) {
                if (!parameter.defaultValue().isEmpty()) {
                    defaults.put(parameter.name(), parameter.defaultValue());
                }
            }
            assertThat(MethodCatalog.create(entry.name(), defaults))
                    .isEqualTo(MethodCatalog.create(entry.name(), Map.of()));
        }
    }
}
