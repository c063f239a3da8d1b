using System.Text.RegularExpressions;

namespace MmapIo.Tests;

/// <summary>What the README says of itself. Its examples are in <see cref="ExamplesTests"/>.</summary>
public sealed partial class ReadmeTests
{
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

    /// <summary>As GitHub names them: small letters, no punctuation, a hyphen for each space.</summary>
    private static IEnumerable<string> Headings(string text) => Heading().Matches(text).Select(match =>
        new string([.. match.Groups[1].Value.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-')])
            .Replace(' ', '-'));

    [GeneratedRegex(@"^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(((?:docs/guide\.md)?#[^)]+)\)")]
    private static partial Regex Link();
}
