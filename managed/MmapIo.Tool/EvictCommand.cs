using System.CommandLine;
using MmapIo.Tool.Files;
using MmapIo.Tool.Reports;

namespace MmapIo.Tool;

/// <summary>mmapio evict: files out of memory.</summary>
internal static class EvictCommand
{
    private const string Description = """
        Drops files from memory, after writing what was modified, and tells how much really left. Nothing in a file
        changes, and no right to write it is needed. Pages that some process maps stay.

        Into a pipe or a file, each file gets one line of fields that are separated by tabs: its path, then bytes,
        pages, evicted (pages) and remaining (pages). A value that the system does not tell is 'unknown', and a last
        field says why: reason.

        Exits with 0 if all files could be dealt with, 1 if some could not, 2 if the arguments make no sense.
        """;

    public static Command Describe() =>
        FileCommand.Describe("evict", Description, "The files to drop from memory.", (paths, json) => FileCommand.Run(
            paths, () => ChooseReport(json), (path, _) => FileEviction.Evict(path)));

    private static IReport<FileEviction> ChooseReport(bool json) => FileCommand.ChooseReport(
        json, () => new JsonReport<FileEviction>(Console.Out, ReportJson.Default.FileEviction), Fields,
        file => file.Path, Sentence);

    private static IEnumerable<string> Fields(FileEviction file)
    {
        yield return file.Path;
        yield return $"bytes={Figures.Count(file.Bytes)}";
        yield return $"pages={Figures.Count(file.Pages)}";
        yield return $"evicted={Figures.Count(file.EvictedPages) ?? "unknown"}";
        yield return $"remaining={Figures.Count(file.RemainingPages) ?? "unknown"}";
        if (file.UnknownReason is { } reason)
        {
            yield return $"reason={reason}";
        }
    }

    private static string Sentence(FileEviction file) => file.UnknownReason is { } reason
        ? $"evicted, as far as that could be done; how far is unknown: {reason}"
        : $"{Figures.CountOf(file.EvictedPages!.Value, "page")} evicted, {Figures.Count(file.RemainingPages)} of " +
          $"{Figures.Count(file.Pages)} still in memory";
}
