package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.average.Average;
import org.modelmerge.catalog.MethodCatalog;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.json.JsonWriter;
import org.modelmerge.json.StrictJson;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.testing.TinyCheckpoint;

final class MergePlanJsonTest {
    @TempDir
    Path temp;

    private static TinyCheckpoint model(boolean isExpert) {
        TinyCheckpoint model = new TinyCheckpoint()
                .floats("layers.0.w", Shape.of(2, 2), 1f, 2f, 3f, 4f)
                .bfloats("b \u00e9\n\"", Shape.of(2), 1f, 2f)
                .longs("position_ids", Shape.of(3), 0, 1, 2)
                .tensor("q", DType.F8_E4M3, Shape.of(2), new byte[] {1, 2})
                .floats("out.of.scope", Shape.of(1), 5f);
        return isExpert ? model.floats("extra", Shape.of(1), 1f) : model.floats("only.base", Shape.of(), 1f);
    }

    private TestMerge everyRule() {
        return new TestMerge(temp, TaskArithmetic.of(0.1f))
                .base(model(false))
                .expert(model(true))
                .expert(model(true))
                .exclude("^out")
                .allowMissing()
                .allowExtra()
                .dtype(DType.F16)
                .shards(10);
    }

    @Test
    void readsBackAnEqualPlanWithTheSameHash() throws MergeException {
        MergePlan plan = everyRule().plan();

        MergePlan read = MergePlanJson.parse(MergePlanJson.write(plan));

        assertThat(read).isEqualTo(plan);
        assertThat(MergePlanJson.write(read)).isEqualTo(MergePlanJson.write(plan));
        assertThat(MergePlanJson.hash(read)).isEqualTo(MergePlanJson.hash(plan)).matches("[0-9a-f]{64}");
    }

    @Test
    void readsBackEqualPlansAndMethodsOfEveryMethod() throws MergeException {
        SplittableRandom random = new SplittableRandom(41);
        TestModel base = TestModel.random(random, 10, 20);
        List<TestModel> experts = List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));
        TestMerge merge = new TestMerge(temp, Average.plain()).models(base, experts);
        for (MergeMethod method : Methods.all(base)) {
            MergePlan plan = merge.method(method).plan();
            MergePlan read = MergePlanJson.parse(MergePlanJson.write(plan));
            assertThat(read).isEqualTo(plan);
            MergeMethod rebuilt = MethodCatalog.create(read.method(), read.parameters());
            assertThat(JsonWriter.write(rebuilt.parameters())).isEqualTo(JsonWriter.write(plan.parameters()));
        }
    }

    @Test
    void hasOneHashForOneMergeAndAnotherForAnother() throws MergeException {
        TestMerge merge = everyRule();
        String hash = MergePlanJson.hash(merge.plan());

        assertThat(MergePlanJson.hash(merge.plan())).isEqualTo(hash);
        assertThat(MergePlanJson.hash(merge.limits(7, 100).plan())).isEqualTo(hash);
        assertThat(MergePlanJson.hash(merge.withoutStatistics().plan())).isNotEqualTo(hash);
        assertThat(MergePlanJson.hash(
                        everyRule().method(TaskArithmetic.of(0.2f)).plan()))
                .isNotEqualTo(hash);
    }

    @Test
    void refusesTextThatIsNoPlan() {
        for (String text : List.of("", "{}", "[]", "null", "{\"schema\":2}", "{\"schema\":\"1\"}")) {
            assertMalformed(text);
        }
    }

    private static void assertMalformed(String text) {
        assertThatThrownBy(() -> MergePlanJson.parse(text))
                .as(text)
                .isInstanceOfSatisfying(
                        MergeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
    }

    /// Each value of a plan, replaced by values of other types and by impossible numbers, gives a plan or `MALFORMED`.
    @Test
    void neverFailsOtherwiseOnAPlanWithOneWrongValue() throws MergeException {
        Object plan = StrictJson.parse(MergePlanJson.write(everyRule().plan()).getBytes(StandardCharsets.UTF_8));
        int refused = 0;
        List<Object> wrong = new ArrayList<>(List.of("x", -1L, 1L << 40, 0.5, true, List.of(), Map.of()));
        wrong.add(null);
        for (Object value : wrong) {
            for (Object mutant : mutants(plan, value)) {
                try {
                    MergePlanJson.parse(JsonWriter.write(mutant));
                } catch (MergeException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED);
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    /// Copies of a JSON value with one value inside replaced.
    private static List<Object> mutants(Object json, Object replacement) {
        List<Object> mutants = new ArrayList<>();
        mutants.add(replacement);
        if (json instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                for (Object mutant : mutants(member.getValue(), replacement)) {
                    Map<Object, Object> copy = new LinkedHashMap<>(map);
                    copy.put(member.getKey(), mutant);
                    mutants.add(copy);
                }
            }
        } else if (json instanceof List<?> list) {
            for (int k = 0; k < list.size(); k++) {
                for (Object mutant : mutants(list.get(k), replacement)) {
                    List<Object> copy = new ArrayList<>(list);
                    copy.set(k, mutant);
                    mutants.add(copy);
                }
            }
        }
        return mutants;
    }

    @Test
    void refusesALeafOfNoElements() throws MergeException {
        String text = MergePlanJson.write(everyRule().plan());

        assertMalformed(text.replace("\"leafElements\":1048576", "\"leafElements\":0"));
    }
}
