package org.modelmerge.catalog;

/// Where a method comes from.
///
/// @param authors short form, for example `Yadav et al.`
/// @param title of the paper
/// @param year of the paper
/// @param arxiv identifier, for example `2306.01708`
/// @param code repository and commit that the implementation follows
public record Citation(String authors, String title, int year, String arxiv, String code) {
    @Override
    public String toString() {
        return authors + ", \"" + title + "\", " + year + ", arXiv:" + arxiv;
    }
}
