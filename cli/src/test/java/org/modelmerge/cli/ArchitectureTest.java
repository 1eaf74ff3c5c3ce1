package org.modelmerge.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules between packages, over the main classes of every module that the command line sees.
final class ArchitectureTest {
    private static final String[] CORE = {
        "org.modelmerge.checkpoint..",
        "org.modelmerge.error..",
        "org.modelmerge.json..",
        "org.modelmerge.kernel..",
        "org.modelmerge.lora..",
        "org.modelmerge.onnx.."
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.modelmerge");

    @Test
    void seesTheMainClassesOfEveryModuleAndNoTests() {
        assertThat(CLASSES)
                .extracting(JavaClass::getPackageName)
                .contains(
                        "org.modelmerge.checkpoint",
                        "org.modelmerge.method",
                        "org.modelmerge.report",
                        "org.modelmerge.network",
                        "org.modelmerge.cli");
        assertThat(CLASSES).extracting(JavaClass::getSimpleName).noneMatch(name -> name.endsWith("Test"));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.modelmerge.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void coreHasNeverHeardOfMerging() {
        classes()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .onlyDependOnClassesThat(
                        not(resideInAPackage("org.modelmerge..")).or(resideInAnyPackage(CORE)))
                .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"average", "arithmetic", "ties", "pcb", "adamerging"})
    void methodsKnowNeitherEachOtherNorFilesThreadsOrConsole(String method) {
        String own = "org.modelmerge." + method + "..";
        classes()
                .that()
                .resideInAPackage(own)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                own,
                                "org.modelmerge.method..",
                                "org.modelmerge.kernel..",
                                "org.modelmerge.error..",
                                "org.jspecify..",
                                "java.lang..",
                                "java.math..",
                                "java.util",
                                "java.util.function..",
                                "java.util.random..",
                                "java.util.stream..",
                                // Arrays of primitives have no package.
                                "")
                        .and(not(isThreading())))
                .check(CLASSES);
    }

    @Test
    void decompositionsKnowNeitherModelsNorFiles() {
        classes()
                .that()
                .resideInAPackage("org.modelmerge.svd..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "org.modelmerge.svd..",
                        "org.modelmerge.kernel..",
                        "org.modelmerge.error..",
                        "org.ejml..",
                        "org.jspecify..",
                        "java.lang..",
                        "java.util..",
                        ""))
                .check(CLASSES);
    }

    @Test
    void onlyKernelsUseTheVectorModule() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.modelmerge.kernel..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(CLASSES);
    }

    @Test
    void onlyNetworksKnowTheLearningLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.modelmerge.network..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineTalksToTheConsoleOrExits() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.modelmerge.cli..")
                .should()
                .accessTargetWhere(
                        target(Set.of(System.class), Set.of("out", "err", "in", "exit", "console", "setOut", "setErr"))
                                .or(target(Set.of(Runtime.class), Set.of("exit", "halt")))
                                .or(target(Set.of(Throwable.class), Set.of("printStackTrace"))
                                        .and(withoutParameter(PrintStream.class, PrintWriter.class)))
                                .or(describe("java.lang.IO", access -> access.getTargetOwner()
                                        .isEquivalentTo(IO.class))))
                .check(CLASSES);
    }

    /// A fused multiply-add rounds once where the formulas round twice.
    @Test
    void nothingFusesMultiplyAndAdd() {
        noClasses()
                .should()
                .accessTargetWhere(target(Set.of(Math.class, StrictMath.class), Set.of("fma")))
                .check(CLASSES);
    }

    @Test
    void nothingReadsOrWritesSerialisedObjects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectOutputStream.class)
                .check(CLASSES);
    }

    @Test
    void nothingDependsOnTheDefaultCharset() {
        noClasses()
                .should()
                .accessTargetWhere(target(Set.of(Charset.class), Set.of("defaultCharset"))
                        .or(charsetSensitive().and(withoutParameter(Charset.class))))
                .check(CLASSES);
    }

    @Test
    void nothingDependsOnTheDefaultLocale() {
        noClasses()
                .should()
                .accessTargetWhere(target(Set.of(Locale.class), Set.of("getDefault"))
                        .or(target(Set.of(String.class), Set.of("formatted")))
                        .or(localeSensitive().and(withoutParameter(Locale.class, DecimalFormatSymbols.class))))
                .check(CLASSES);
    }

    @Test
    void noPackageIsCalledUtilCommonImplOrHelper() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..helper..", "..helpers..")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> isThreading() {
        List<Class<?>> types = List.of(Thread.class, ThreadGroup.class, ThreadLocal.class, ScopedValue.class);
        return describe("threads", type -> types.stream().anyMatch(type::isAssignableTo));
    }

    private static DescribedPredicate<JavaAccess<?>> charsetSensitive() {
        Set<Class<?>> constructed = Set.of(
                FileReader.class,
                FileWriter.class,
                InputStreamReader.class,
                OutputStreamWriter.class,
                PrintStream.class,
                Scanner.class);
        DescribedPredicate<JavaAccess<?>> bytesToText = target(Set.of(String.class), Set.of("<init>"))
                .and(describe("from bytes", access -> parameters(access).contains(byte[].class.getName())));
        // A PrintWriter around a Writer encodes nothing.
        DescribedPredicate<JavaAccess<?>> writesBytes = target(Set.of(PrintWriter.class), Set.of("<init>"))
                .and(describe("to bytes", access -> !parameters(access).contains("java.io.Writer")));
        return target(constructed, Set.of("<init>"))
                .or(target(Set.of(String.class), Set.of("getBytes")))
                .or(target(Set.of(ByteArrayOutputStream.class), Set.of("toString")))
                .or(bytesToText)
                .or(writesBytes);
    }

    private static DescribedPredicate<JavaAccess<?>> localeSensitive() {
        return target(Set.of(String.class), Set.of("toLowerCase", "toUpperCase", "format"))
                .or(target(Set.of(PrintStream.class, PrintWriter.class, Console.class), Set.of("format", "printf")))
                .or(target(
                        Set.of(Formatter.class, DecimalFormat.class, MessageFormat.class, Scanner.class),
                        Set.of("<init>")))
                .or(target(
                        Set.of(NumberFormat.class),
                        Set.of(
                                "getInstance",
                                "getIntegerInstance",
                                "getNumberInstance",
                                "getPercentInstance",
                                "getCompactNumberInstance")))
                .or(target(Set.of(MessageFormat.class), Set.of("format")))
                .or(target(Set.of(DateTimeFormatter.class), Set.of("ofPattern")));
    }

    private static DescribedPredicate<JavaAccess<?>> target(Set<Class<?>> owners, Set<String> names) {
        return describe(
                owners + " " + names,
                access -> names.contains(access.getName())
                        && owners.stream().anyMatch(access.getTargetOwner()::isAssignableTo));
    }

    private static DescribedPredicate<JavaAccess<?>> withoutParameter(Class<?>... types) {
        return describe(
                "without " + List.of(types),
                access -> List.of(types).stream().map(Class::getName).noneMatch(parameters(access)::contains));
    }

    private static List<String> parameters(JavaAccess<?> access) {
        return access.getTarget() instanceof CodeUnitAccessTarget target
                ? target.getRawParameterTypes().stream().map(JavaClass::getName).toList()
                : List.of();
    }
}
