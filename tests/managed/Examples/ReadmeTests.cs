using System.Text.RegularExpressions;

namespace MmapIo.Tests;

/// <summary>
/// No example in the README is out of date: each is compiled and run, and none is compiled that is not there.
/// </summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_example_in_the_README_is_one_that_runs_word_for_word() =>
        Assert.Equal(Compiled().Order(StringComparer.Ordinal), Printed().Order(StringComparer.Ordinal));

    private static string[] Printed() =>
        [.. Fence().Matches(NativeExports.Embedded("README.md")).Select(match => match.Groups[1].Value.Trim('\n'))];

    private static string[] Compiled()
    {
        string source = NativeExports.Embedded("ReadmeExamples.cs");
        return [.. Marked().Matches(source).Select(match => Dedented(match.Groups[1].Value))];
    }

    private static string Dedented(string code)
    {
        string[] lines = code.Trim('\n').Split('\n');
        int margin = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < margin ? "" : line[margin..]));
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^ *// readme: .*?\n(.*?)^ *// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Marked();
}
