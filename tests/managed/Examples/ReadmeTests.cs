using System.Text.RegularExpressions;

namespace MmapIo.Tests;

/// <summary>
/// No example in the README or the guide is out of date: each is compiled and run, and none is compiled that is not
/// there.
/// </summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", "ReadmeExamples.cs")]
    [InlineData("guide.md", "GuideExamples.cs")]
    public void Every_example_is_one_that_runs_word_for_word(string text, string source)
    {
        string[] printed = Printed(text);
        Assert.NotEmpty(printed);
        Assert.Equal(Compiled(source).Order(StringComparer.Ordinal), printed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_link_to_a_part_of_the_README_or_the_guide_leads_there()
    {
        string readme = NativeExports.Embedded("README.md");
        string[] places =
        [
            .. Headings(readme).Select(heading => $"#{heading}"),
            .. Headings(NativeExports.Embedded("guide.md")).Select(heading => $"docs/guide.md#{heading}"),
        ];
        string[] links = [.. Link().Matches(readme).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link, places));
    }

    private static string[] Printed(string text) =>
        [.. Fence().Matches(NativeExports.Embedded(text)).Select(match => match.Groups[1].Value.Trim('\n'))];

    private static string[] Compiled(string source) =>
        [.. Marked().Matches(NativeExports.Embedded(source)).Select(match => Dedented(match.Groups[1].Value))];

    /// <summary>As GitHub names them: small letters, no punctuation, a hyphen for each space.</summary>
    private static IEnumerable<string> Headings(string text) => Heading().Matches(text).Select(match =>
        new string([.. match.Groups[1].Value.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-')])
            .Replace(' ', '-'));

    private static string Dedented(string code)
    {
        string[] lines = code.Trim('\n').Split('\n');
        int margin = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < margin ? "" : line[margin..]));
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(((?:docs/guide\.md)?#[^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^ *// (?:readme|guide): .*?\n(.*?)^ *// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Marked();
}
