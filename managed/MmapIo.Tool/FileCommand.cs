using System.CommandLine;
using System.CommandLine.Parsing;
using MmapIo.Tool.Files;
using MmapIo.Tool.Reports;

namespace MmapIo.Tool;

/// <summary>What all commands share that take files, do something with each and report it.</summary>
internal static class FileCommand
{
    /// <param name="name">How it is called.</param>
    /// <param name="description">What it does, for --help.</param>
    /// <param name="files">What the files are for.</param>
    /// <param name="run">Given the paths, and whether to write JSON; returns the exit code.</param>
    public static Command Describe(string name, string description, string files, Func<string[], bool, int> run)
    {
        Argument<string[]> paths = new("FILE") { Description = files, Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "Write a JSON array with one object per file." };
        Command command = new(name, description) { paths, json };
        command.SetAction(parsed => MistakenOption(parsed) is { } option
            ? Complaint.WriteUsage($"no such option: {option}", command)
            : run(parsed.GetRequiredValue(paths), parsed.GetValue(json)));
        return command;
    }

    /// <summary>Deals with each file, and goes on after those that cannot be dealt with.</summary>
    /// <returns>The exit code.</returns>
    public static int Run<TReport, T>(string[] paths, Func<TReport> choose, Func<string, TReport, T> act)
        where TReport : IReport<T>
        where T : class
    {
        try
        {
            // Asked once, ahead of the files: without the native library, none of them is to blame.
            _ = MemoryMap.Capabilities;
        }
        catch (PlatformNotSupportedException e)
        {
            Complaint.Write(e.Message);
            return ExitCode.WrongUsage;
        }
        try
        {
            using TReport report = choose();
            return RunAll(paths, report, act);
        }
        catch (Exception e) when (Complaint.IsExpected(e))
        {
            // What goes wrong with a file is dealt with there; this is a full disk behind a redirection, or the like.
            Complaint.Write("standard output", (e.InnerException ?? e).Message);
            return ExitCode.SomeFailed;
        }
    }

    /// <summary>The three ways of reporting what was done: for parsers, for scripts, for people.</summary>
    public static IReport<T> ChooseReport<T>(
        bool json, Func<IReport<T>> parsers, Func<T, IEnumerable<string>> fields, Func<T, string> path,
        Func<T, string> sentence)
    {
        if (json)
        {
            return parsers();
        }
        return Console.IsOutputRedirected
            ? new FieldsReport<T>(Console.Out, fields)
            : new SentenceReport<T>(Console.Out, path, sentence);
    }

    /// <summary>
    /// A mistyped option would be taken for a file. Who has a file of such a name writes it after "--", or as "./-x".
    /// </summary>
    private static string? MistakenOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value is ['-', _, ..])?.Value;

    private static int RunAll<TReport, T>(string[] paths, TReport report, Func<string, TReport, T> act)
        where TReport : IReport<T>
        where T : class
    {
        int exitCode = ExitCode.Success;
        foreach (string path in paths)
        {
            if (Try(path, report, act) is { } file)
            {
                report.Add(file);
            }
            else
            {
                exitCode = ExitCode.SomeFailed;
            }
        }
        return exitCode;
    }

    private static T? Try<TReport, T>(string path, TReport report, Func<string, TReport, T> act)
        where T : class
    {
        try
        {
            if (FileKinds.WhyUnfit(path) is not { } reason)
            {
                return act(path, report);
            }
            Complaint.Write(path, reason);
        }
        catch (Exception e) when (Complaint.IsExpected(e))
        {
            Complaint.Write(path, Complaint.Reason(e, path));
        }
        return null;
    }
}
