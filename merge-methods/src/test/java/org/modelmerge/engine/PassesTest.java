package org.modelmerge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.modelmerge.adamerging.AdaMerging;
import org.modelmerge.error.MergeException;
import org.modelmerge.method.Coefficients;
import org.modelmerge.method.Density;
import org.modelmerge.method.MergeMethod;
import org.modelmerge.method.MergeMethod.PassDescription;
import org.modelmerge.pcb.Degenerate;
import org.modelmerge.pcb.Pcb;
import org.modelmerge.pcb.PcbVariant;
import org.modelmerge.ties.MergeFunction;
import org.modelmerge.ties.Ties;
import org.modelmerge.ties.TrimScope;

/// The passes that a dry run announces are those that run.
final class PassesTest {
    @TempDir
    Path temp;

    private static final class Listener implements MergeObserver {
        final List<String> passes = new ArrayList<>();
        final List<Integer> expected = new ArrayList<>();
        long announced;
        long read;

        @Override
        public void passStarted(String name, int number, int expectedPasses, long bytes) {
            passes.add(name);
            assertThat(number).isEqualTo(passes.size());
            expected.add(expectedPasses);
            announced += bytes;
        }

        @Override
        public void bytesRead(long bytes) {
            read += bytes;
        }
    }

    @TestFactory
    Stream<DynamicTest> runsThePassesThatAMethodAnnounces() {
        SplittableRandom random = new SplittableRandom(21);
        TestModel base = TestModel.random(random, 1000, 1, 0, 300);
        List<TestModel> experts = List.of(base.fineTuned(random), base.fineTuned(random), base.fineTuned(random));
        List<MergeMethod> methods = new ArrayList<>(Methods.all(base));
        methods.add(new Ties(Density.fraction(1), MergeFunction.MEAN, TrimScope.MODEL, 1f));
        methods.add(new AdaMerging(Methods.layerWise(base), Density.fraction(1)));
        methods.add(new Pcb(PcbVariant.ROOT, Density.percent(10), Coefficients.shared(1f), Degenerate.SKIP_TASK));
        return methods.stream()
                .map(method -> DynamicTest.dynamicTest(method.toString(), () -> {
                    TestMerge merge = new TestMerge(temp, method).models(base, experts);
                    check(merge.request());
                }));
    }

    private void check(MergeRequest request) throws MergeException {
        Listener listener = new Listener();
        try (MergeJob job = MergeJob.open(request)) {
            List<PassDescription> usual = job.method().passes().stream()
                    .filter(pass -> !pass.conditional())
                    .toList();
            job.measure(listener);
            assertThat(listener.passes)
                    .isEqualTo(usual.stream().map(PassDescription::name).toList());
            assertThat(listener.expected).containsOnly(usual.size());
            assertThat(listener.announced).isEqualTo(listener.read);
            assertThat(listener.read).isEqualTo(job.expectedBytesRead());
        }
    }
}
