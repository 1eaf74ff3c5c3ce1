package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.modelmerge.arithmetic.TaskArithmetic;
import org.modelmerge.checkpoint.DType;
import org.modelmerge.checkpoint.Shape;
import org.modelmerge.engine.MergePlan.CopyReason;
import org.modelmerge.engine.MergePlan.PlannedTensor;
import org.modelmerge.error.ErrorCode;
import org.modelmerge.error.MergeException;
import org.modelmerge.testing.TinyCheckpoint;

/// What happens to each tensor of small pairs of models.
final class AlignmentTest {
    @TempDir
    Path temp;

    private static TinyCheckpoint tiny() {
        return new TinyCheckpoint();
    }

    private static TinyCheckpoint w() {
        return tiny().floats("w", Shape.of(2), 1f, 2f);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int k = 0; k < bytes.length; k++) {
            bytes[k] = (byte) values[k];
        }
        return bytes;
    }

    private TestMerge merge(TinyCheckpoint base, TinyCheckpoint... experts) {
        TestMerge merge = new TestMerge(temp, TaskArithmetic.of(0.5f)).base(base);
        for (TinyCheckpoint expert : experts) {
            merge.expert(expert);
        }
        return merge;
    }

    private static Map<String, String> rules(MergePlan plan) {
        Map<String, String> rules = new TreeMap<>();
        for (PlannedTensor tensor : plan.tensors()) {
            CopyReason reason = tensor.copyReason();
            rules.put(tensor.name(), reason == null ? "MERGE" : reason.name());
        }
        return rules;
    }

    /// Nothing, as a change of a request.
    private static final UnaryOperator<TestMerge> PLAIN = UnaryOperator.identity();

    static Stream<Arguments> merged() {
        TinyCheckpoint mixed = tiny().floats("w", Shape.of(2), 1f, 2f)
                .longs("ids", Shape.of(1), 7)
                .tensor("flag", DType.BOOL, Shape.of(1), bytes(1))
                .tensor("q", DType.F8_E5M2, Shape.of(1), bytes(9));
        return Stream.of(
                Arguments.of("floats", w(), w(), PLAIN, "{w=MERGE}"),
                Arguments.of("an F16 expert", w(), tiny().halfs("w", Shape.of(2), 1f, 2f), PLAIN, "{w=MERGE}"),
                Arguments.of("an F64 expert", w(), tiny().doubles("w", Shape.of(2), 1, 2), PLAIN, "{w=MERGE}"),
                Arguments.of(
                        "every kind", mixed, mixed, PLAIN, "{flag=INTEGER, ids=INTEGER, q=UNSUPPORTED_DTYPE, w=MERGE}"),
                Arguments.of(
                        "integers that the expert lacks",
                        mixed,
                        tiny().floats("w", Shape.of(2), 1f, 2f).tensor("q", DType.F8_E5M2, Shape.of(1), bytes(9)),
                        PLAIN,
                        "{flag=INTEGER, ids=INTEGER, q=UNSUPPORTED_DTYPE, w=MERGE}"),
                Arguments.of(
                        "complex numbers that are equal",
                        w().tensor("c", DType.C64, Shape.of(1), bytes(1, 2, 3, 4, 5, 6, 7, 8)),
                        w().tensor("c", DType.C64, Shape.of(1), bytes(1, 2, 3, 4, 5, 6, 7, 8)),
                        PLAIN,
                        "{c=UNSUPPORTED_DTYPE, w=MERGE}"),
                Arguments.of(
                        "missing, allowed",
                        w().floats("b", Shape.of(1), 3f),
                        w(),
                        (UnaryOperator<TestMerge>) TestMerge::allowMissing,
                        "{b=MISSING_IN_EXPERT, w=MERGE}"),
                Arguments.of(
                        "extra, allowed",
                        w(),
                        w().floats("b", Shape.of(1), 3f),
                        (UnaryOperator<TestMerge>) TestMerge::allowExtra,
                        "{w=MERGE}"),
                Arguments.of(
                        "out of scope and missing",
                        w().floats("head", Shape.of(1), 3f),
                        w(),
                        (UnaryOperator<TestMerge>) m -> m.exclude("head"),
                        "{head=OUT_OF_SCOPE, w=MERGE}"),
                Arguments.of(
                        "out of scope and of another shape",
                        w().floats("head", Shape.of(1), 3f),
                        w().floats("head", Shape.of(2), 3f, 4f),
                        (UnaryOperator<TestMerge>) m -> m.include("^w$"),
                        "{head=OUT_OF_SCOPE, w=MERGE}"),
                Arguments.of(
                        "out of scope and of another kind",
                        w().floats("head", Shape.of(1), 3f),
                        w().longs("head", Shape.of(1), 3),
                        (UnaryOperator<TestMerge>) m -> m.exclude("head"),
                        "{head=OUT_OF_SCOPE, w=MERGE}"),
                Arguments.of(
                        "exclude wins over include",
                        w().floats("head", Shape.of(1), 3f),
                        w(),
                        (UnaryOperator<TestMerge>) m -> m.include("w|head").exclude("head"),
                        "{head=OUT_OF_SCOPE, w=MERGE}"),
                Arguments.of(
                        "empty and scalar tensors",
                        tiny().floats("e", Shape.of(0, 3)).floats("s", Shape.of(), 1f),
                        tiny().floats("e", Shape.of(0, 3)).floats("s", Shape.of(), 2f),
                        PLAIN,
                        "{e=MERGE, s=MERGE}"),
                Arguments.of("no tensor at all", tiny(), tiny(), PLAIN, "{}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("merged")
    void hasARuleForEachTensor(
            String what, TinyCheckpoint base, TinyCheckpoint expert, UnaryOperator<TestMerge> change, String rules)
            throws MergeException {
        TestMerge merge = change.apply(merge(base, expert));

        assertThat(rules(merge.plan())).as(what).hasToString(rules);
        assertThat(merge.run().tensors()).hasSize(rules(merge.plan()).size());
    }

    static Stream<Arguments> refused() {
        TinyCheckpoint embedding = tiny().floats("model.embed_tokens.weight", Shape.of(3, 2), new float[6]);
        TinyCheckpoint larger = tiny().floats("model.embed_tokens.weight", Shape.of(4, 2), new float[8]);
        TinyCheckpoint twoLayers =
                tiny().floats("model.layers.0.w", Shape.of(1), 1f).floats("model.layers.1.w", Shape.of(1), 1f);
        TinyCheckpoint oneLayer = tiny().floats("model.layers.0.w", Shape.of(1), 1f);
        TinyCheckpoint head = w().floats("lm_head.weight", Shape.of(1), 1f);
        return Stream.of(
                refusal("shape", w(), tiny().floats("w", Shape.of(2, 1), 1f, 2f))
                        .of(ErrorCode.MISMATCH, "w", "got [2, 1], expected [2]", "--exclude"),
                refusal(
                                "scalar against one element",
                                tiny().floats("w", Shape.of(), 1f),
                                tiny().floats("w", Shape.of(1), 1f))
                        .of(ErrorCode.MISMATCH, "w", "got [1], expected []", "--exclude"),
                refusal("an integer expert", w(), tiny().longs("w", Shape.of(2), 1, 2))
                        .of(ErrorCode.MISMATCH, "w", "got I64, expected F64, F32, F16 or BF16", "--exclude"),
                refusal("an integer base", tiny().longs("w", Shape.of(2), 1, 2), w())
                        .of(ErrorCode.MISMATCH, "w", "got F32, expected I64", "--exclude"),
                refusal("an F8 expert", w(), tiny().tensor("w", DType.F8_E4M3, Shape.of(2), bytes(1, 2)))
                        .of(ErrorCode.MISMATCH, "w", "got F8_E4M3, expected F64, F32, F16 or BF16", "--exclude"),
                refusal(
                                "two kinds of F8",
                                tiny().tensor("w", DType.F8_E5M2, Shape.of(1), bytes(1)),
                                tiny().tensor("w", DType.F8_E4M3, Shape.of(1), bytes(1)))
                        .of(ErrorCode.UNSUPPORTED_DTYPE, "w", "got F8_E4M3, expected F8_E5M2", "--exclude"),
                refusal("missing", w().floats("b", Shape.of(1), 1f), w())
                        .of(
                                ErrorCode.MISSING_TENSOR,
                                "b",
                                "missing in this expert (the base has it as F32 [1])",
                                "--allow-missing"),
                refusal("missing F8", w().tensor("b", DType.F8_E4M3, Shape.of(1), bytes(1)), w())
                        .of(ErrorCode.MISSING_TENSOR, "b", "missing in this expert", "--allow-missing"),
                refusal("extra", w(), w().floats("b", Shape.of(1), 1f))
                        .of(ErrorCode.EXTRA_TENSOR, "b", "the base lacks this tensor (got F32 [1]", "--allow-extra"),
                refusal("vocabulary", embedding, larger)
                        .of(
                                ErrorCode.MISMATCH,
                                "model.embed_tokens.weight",
                                "another vocabulary size than the base (got [4, 2], expected [3, 2])",
                                "resize"),
                refusal("fewer layers", twoLayers, oneLayer)
                        .of(
                                ErrorCode.MISSING_TENSOR,
                                "model.layers.1.w",
                                "another number of layers (got 1, expected 2)",
                                "depth"),
                refusal("more layers", oneLayer, twoLayers)
                        .of(
                                ErrorCode.EXTRA_TENSOR,
                                "model.layers.1.w",
                                "fewer layers (got layer 1, expected 1 layers)",
                                "depth"),
                refusal("a tied expert", head, w())
                        .of(ErrorCode.MISSING_TENSOR, "lm_head.weight", "missing in this expert", "tie"),
                refusal("a tied base", w(), head)
                        .of(ErrorCode.EXTRA_TENSOR, "lm_head.weight", "the base lacks this tensor", "tie"),
                refusal("a model with a LoRA adapter", w(), w().floats("w.lora_A.weight", Shape.of(1), 1f))
                        .of(ErrorCode.EXTRA_TENSOR, "w.lora_A.weight", "the base lacks this tensor", "LoRA"),
                refusal(
                                "another prefix",
                                tiny().floats("model.w", Shape.of(1), 1f).floats("lm_head.weight", Shape.of(1), 1f),
                                tiny().floats("w", Shape.of(1), 1f).floats("head", Shape.of(1), 1f))
                        .of(
                                ErrorCode.MISSING_TENSOR,
                                "model.w",
                                "shares no tensor name with the base (first is w)",
                                "same name prefix"),
                refusal(
                                "another prefix, head first",
                                tiny().floats("lm_head.weight", Shape.of(1), 1f).floats("model.w", Shape.of(1), 1f),
                                tiny().floats("w", Shape.of(1), 1f).floats("head", Shape.of(1), 1f))
                        .of(
                                ErrorCode.MISSING_TENSOR,
                                "lm_head.weight",
                                "shares no tensor name with the base (first is w)",
                                "same name prefix"));
    }

    private record Refusal(String what, TinyCheckpoint base, TinyCheckpoint expert) {
        Arguments of(ErrorCode code, String tensor, String problem, String hint) {
            return Arguments.of(what, base, expert, code, tensor, problem, hint);
        }
    }

    private static Refusal refusal(String what, TinyCheckpoint base, TinyCheckpoint expert) {
        return new Refusal(what, base, expert);
    }

    private static MergeException failure(TestMerge merge) {
        MergeException e = catchThrowableOfType(MergeException.class, merge::plan);
        return Objects.requireNonNull(e, "nothing was refused");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refusesBeforeAnOutputExists(
            String what,
            TinyCheckpoint base,
            TinyCheckpoint expert,
            ErrorCode code,
            String tensor,
            String problem,
            String hint) {
        // The last of three experts is the one that does not fit.
        TestMerge merge = merge(base, base, base, expert);

        MergeException e = failure(merge);

        assertThat(e.code()).as(what).isEqualTo(code);
        assertThat(e.tensor()).isEqualTo(tensor);
        assertThat(e.file()).isEqualTo(merge.expertPaths().get(2).toString());
        assertThat(e.problem()).contains(problem);
        assertThat(e.hint()).contains(hint);
    }

    @Test
    void listsTheFirstTwentyMismatchesAndTheirNumber() throws MergeException {
        TinyCheckpoint base = tiny();
        TinyCheckpoint expert = tiny();
        for (int k = 10; k < 35; k++) {
            base.floats("w" + k, Shape.of(1), 1f);
            expert.floats("w" + k, Shape.of(2), 1f, 1f);
        }
        TestMerge merge = merge(base, expert);

        MergeException e = failure(merge);

        assertThat(e.tensor()).isEqualTo("w10");
        assertThat(e.details()).hasSize(20).element(18).asString().contains("w29");
        assertThat(e.details()).last().isEqualTo("... 25 in all");
        assertThat(MergeJob.mismatches(merge.request())).hasSize(25).first().isEqualTo(e.getMessage());
    }

    @Test
    void listsAllOfTwentyMismatchesWithoutANumber() {
        TinyCheckpoint base = tiny();
        for (int k = 10; k < 30; k++) {
            base.floats("w" + k, Shape.of(1), 1f);
        }

        MergeException e = failure(merge(base, tiny()));

        assertThat(e.details()).hasSize(19).last().asString().contains("w29");
    }

    @Test
    void hasNoMismatchesForModelsThatFit() throws MergeException {
        assertThat(MergeJob.mismatches(merge(w(), w()).request())).isEmpty();
    }

    static Stream<Arguments> patterns() {
        return Stream.of(
                Arguments.of((UnaryOperator<TestMerge>) m -> m.include("^v"), "--include matches no tensor (got ^v"),
                Arguments.of((UnaryOperator<TestMerge>) m -> m.exclude("W"), "--exclude matches no tensor (got W"));
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void refusesAPatternThatMatchesNothing(UnaryOperator<TestMerge> change, String problem) {
        MergeException e = failure(change.apply(merge(w(), w())));

        assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
        assertThat(e.problem()).startsWith(problem);
    }

    @Test
    void warnsOfIntegersThatDifferAndCopiesTheBases() throws MergeException {
        TinyCheckpoint base = w().longs("ids", Shape.of(2), 1, 2).longs("same", Shape.of(1), 5);
        TinyCheckpoint expert = w().longs("ids", Shape.of(2), 1, 3).longs("same", Shape.of(1), 5);

        TestMerge.Output output = merge(base, base, expert).run();

        assertThat(output.tensors().get("ids").bytes()).startsWith(1, 0, 0, 0, 0, 0, 0, 0, 2);
        assertThat(output.result().warnings())
                .filteredOn(warning -> warning.startsWith("integers"))
                .containsExactly("integers and bools differ from the base's, which are copied: ids (in expert-1)");
    }

    @Test
    void warnsOfIntegersOfAnotherForm() throws MergeException {
        TinyCheckpoint base = w().longs("ids", Shape.of(2), 1, 2);
        TinyCheckpoint expert = w().longs("ids", Shape.of(1), 1);

        assertThat(merge(base, expert).run().result().warnings())
                .anyMatch(warning -> warning.contains("ids") && warning.contains("got I64 [1], base has I64 [2]"));
    }

    @Test
    void namesFiveDifferingIntegersAndCountsTheRest() throws MergeException {
        TinyCheckpoint base = w();
        TinyCheckpoint expert = w();
        for (int k = 0; k < 8; k++) {
            base.longs("n" + k, Shape.of(1), k);
            expert.longs("n" + k, Shape.of(1), -k - 1);
        }

        assertThat(merge(base, expert).run().result().warnings())
                .anyMatch(warning -> warning.contains("n0, n1, n2, n3, n4, and 3 more (in expert-0)"));
    }

    @Test
    void refusesNarrowFloatsThatDiffer() {
        TinyCheckpoint base = w().tensor("q", DType.F8_E4M3, Shape.of(2), bytes(1, 2));
        TestMerge merge = merge(base, base, w().tensor("q", DType.F8_E4M3, Shape.of(2), bytes(1, 3)));

        MergeException e = catchThrowableOfType(MergeException.class, merge::run);

        assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_DTYPE);
        assertThat(e.code().exitCode()).isEqualTo(4);
        assertThat(e.tensor()).isEqualTo("q");
        assertThat(e.file()).isEqualTo(merge.expertPaths().get(1).toString());
        assertThat(e.hint()).contains("--exclude");
    }

    @Test
    void comparesTheLastByteOfALargeCopiedTensor() throws MergeException {
        byte[] ours = new byte[(1 << 20) + 1];
        byte[] theirs = ours.clone();
        theirs[1 << 20] = 1;
        TinyCheckpoint base = w().tensor("n", DType.U8, Shape.of(ours.length), ours);

        assertThat(merge(base, w().tensor("n", DType.U8, Shape.of(ours.length), theirs))
                        .run()
                        .result()
                        .warnings())
                .anyMatch(warning -> warning.startsWith("integers and bools differ"));
        assertThat(merge(base, base).run().result().warnings()).noneMatch(warning -> warning.startsWith("integers"));
    }

    @Test
    void copiesTensorsOfFewerThanEightBitsAndLargerThanALeafExactly() throws MergeException {
        byte[] large = new byte[(4 << 20) + 12345];
        new SplittableRandom(3).nextBytes(large);
        TinyCheckpoint base = w().tensor("f4", DType.F4, Shape.of(6), bytes(1, 2, 3))
                .tensor("large", DType.U8, Shape.of(large.length), large)
                .tensor("none", DType.I64, Shape.of(0), bytes());

        Map<String, TestTensor> tensors = merge(base, base).run().tensors();

        assertThat(tensors.get("f4").bytes()).containsExactly(1, 2, 3);
        assertThat(tensors.get("large").bytes()).isEqualTo(large);
        assertThat(tensors.get("none").bytes()).isEmpty();
    }

    @Test
    void numbersTasksOfTheSameName() throws Exception {
        List<Path> experts = new ArrayList<>();
        for (String folder : List.of("a", "b", "c")) {
            experts.add(w().write(temp.resolve(folder).resolve("model.safetensors")));
        }
        experts.add(w().write(temp.resolve("d").resolve("model-2.safetensors")));
        Path base = w().write(temp.resolve("base.safetensors"));

        MergePlan plan =
                new TestMerge(temp, TaskArithmetic.of(1f)).paths(base, experts).plan();

        assertThat(plan.tasks()).containsExactly("model", "model-2", "model-3", "model-2-2");
    }

    @Test
    void countsAddUp() throws MergeException {
        TinyCheckpoint base = w().longs("ids", Shape.of(1), 1)
                .floats("head", Shape.of(1), 1f)
                .floats("mine", Shape.of(1), 1f)
                .tensor("q", DType.F8_E4M3, Shape.of(1), bytes(1));
        TinyCheckpoint first =
                w().tensor("q", DType.F8_E4M3, Shape.of(1), bytes(1)).floats("x", Shape.of(1), 1f);
        TinyCheckpoint second = w().tensor("q", DType.F8_E4M3, Shape.of(1), bytes(1))
                .floats("x", Shape.of(1), 1f)
                .longs("y", Shape.of(1), 1);

        MergePlan plan = merge(base, first, second)
                .exclude("head")
                .allowMissing()
                .allowExtra()
                .plan();

        assertThat(rules(plan))
                .hasToString("{head=OUT_OF_SCOPE, ids=INTEGER, mine=MISSING_IN_EXPERT, q=UNSUPPORTED_DTYPE, w=MERGE}");
        assertThat(plan.dropped()).containsExactly("x", "y");
        assertThat(plan.mergedElementCount()).isEqualTo(2);
        assertThat(plan.tensors().size() + plan.dropped().size()).isEqualTo(7);
    }

    @Test
    void warnsWhenNothingIsMerged() throws MergeException {
        TinyCheckpoint base = tiny().longs("ids", Shape.of(1), 1);

        TestMerge.Output output = merge(base, base).run();

        assertThat(output.result().warnings()).contains("no element is merged: the output is a copy of the base");
        assertThat(output.tensors()).containsOnlyKeys("ids");
    }

    @Test
    void refusesAnEmptyListOfExperts() {
        assertThat(catchThrowableOfType(
                        IllegalArgumentException.class, () -> merge(w()).request()))
                .hasMessage("no experts");
    }

    @Test
    void refusesLimitsThatMakeNoSense() {
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> new MergeRequest.Limits(1, 0, 0)))
                .hasMessage("sliceElements 0");
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> new MergeRequest.Limits(-1, 0, 1)))
                .hasMessage("threads -1");
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> new MergeRequest.Limits(1, -1, 1)))
                .hasMessage("memoryBytes -1");
    }
}
