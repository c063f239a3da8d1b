using System.Text.RegularExpressions;

namespace MmapIo.Build;

/// <summary>The formatters, to change the sources or to tell whether they would.</summary>
internal static partial class Formatting
{
    private static readonly string[] s_endings = [".c", ".h", ".cpp"];

    public static Task ManagedAsync(bool check) => RunAsync(
        "C# sources",
        check,
        Managed.Dotnet,
        ["format", Repository.Solution, "--severity", "warn"],
        "--verify-no-changes");

    public static async Task NativeAsync(bool check)
    {
        string[] sources = [.. Fingerprint.FilesUnder("native", "tests").Where(IsCSource)];
        if (sources.Length > 0)
        {
            string[] arguments = ["--style=file", "-i", .. sources];
            await RunAsync("C sources", check, "clang-format", arguments, "--dry-run", "--Werror");
        }
    }

    /// <summary>
    /// Runs a formatter; with <paramref name="check"/> it names the places it would change, each once.
    /// </summary>
    private static async Task RunAsync(
        string title, bool check, string program, string[] arguments, params string[] checkArguments)
    {
        if (!check)
        {
            await Step.QuietAsync($"{title}: format", program, arguments);
            return;
        }

        StepResult result = await Step.CaptureAsync(program, [.. arguments, .. checkArguments]);
        if (!result.Succeeded)
        {
            string[] places = [.. Finding().Matches(result.Output)
                .Select(match => $"{match.Groups["file"].Value}:{match.Groups["line"].Value}").Distinct()];
            string what = places.Length > 0 ? string.Join('\n', places) : result.Output;
            throw new StepFailedException($"not formatted, './build.sh format' does it:\n{what}");
        }

        Step.Say($"{title}: format is right");
    }

    private static bool IsCSource(string file) => s_endings.Contains(Path.GetExtension(file));

    /// <summary>The file and line that a finding of either formatter begins with.</summary>
    [GeneratedRegex(@"^(?<file>[^\s:(][^:(\n]*)[:(](?<line>\d+).*: error", RegexOptions.Multiline)]
    private static partial Regex Finding();
}
