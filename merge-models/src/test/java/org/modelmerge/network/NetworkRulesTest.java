package org.modelmerge.network;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import ai.djl.ndarray.NDArray;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Rules that keep networks differentiable and DJL in its place.
final class NetworkRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.modelmerge.network", "org.modelmerge.data");

    /// DJL frees the number's memory before a backward pass reads it: wrong gradients, without any error.
    @Test
    void nothingComputesWithAnArrayAndAJavaNumber() {
        noClasses()
                .should()
                .accessTargetWhere(describe(
                        "an operation of NDArray with a Number",
                        (JavaAccess<?> access) -> access.getTargetOwner().isAssignableTo(NDArray.class)
                                && access.getTarget() instanceof CodeUnitAccessTarget target
                                && target.getRawParameterTypes().stream()
                                        .map(JavaClass::getName)
                                        .anyMatch(Number.class.getName()::equals)))
                .check(CLASSES);
    }

    @Test
    void dataSetsKnowNoLearningLibrary() {
        noClasses()
                .that()
                .resideInAPackage("org.modelmerge.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "org.modelmerge.network..")
                .check(CLASSES);
    }
}
