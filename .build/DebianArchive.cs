namespace MmapIo.Build;

/// <summary>
/// Packages of some release of Debian, whatever the machine's own is: fetched and unpacked, not installed. apt verifies them
/// by the archive's signatures. The package lists are the fetch's own: the machine's are as they were afterwards.
/// </summary>
/// <param name="series">The release, such as bookworm.</param>
/// <param name="architecture">Of the packages, in Debian's words.</param>
internal sealed class DebianArchive(string series, string architecture)
{
    private const string Keys = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>
    /// Unpacks packages into one folder of the user's cache, which is kept for as long as the names do not change.
    /// </summary>
    /// <param name="name">Of the folder.</param>
    /// <param name="patterns">Regular expressions, of whose matches the newest is taken.</param>
    public Task<string> FolderAsync(string name, params string[] patterns) =>
        UserCache.FolderAsync(name, folder => FetchAsync(name, folder, patterns));

    private async Task FetchAsync(string name, string folder, string[] patterns)
    {
        string apt = Path.Combine(folder, "apt");
        Directory.CreateDirectory(Path.Combine(apt, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(apt, "cache", "archives", "partial"));
        await File.WriteAllTextAsync(Path.Combine(apt, "status"), "");
        await File.WriteAllTextAsync(
            Path.Combine(apt, "sources"),
            $"deb [arch={architecture} signed-by={Keys}] http://deb.debian.org/debian {series} main\n");
        string configuration = Path.Combine(apt, "configuration");
        await File.WriteAllTextAsync(configuration, $$"""
            Dir::Etc::sourcelist "{{apt}}/sources";
            Dir::Etc::sourceparts "/nonexistent";
            Dir::State "{{apt}}";
            Dir::State::lists "{{apt}}/lists";
            Dir::State::status "{{apt}}/status";
            Dir::Cache "{{apt}}/cache";
            APT::Architecture "{{architecture}}";
            APT::Architectures { "{{architecture}}"; };
            APT::Sandbox::User "";

            """);
        await Step.QuietAsync(
            $"{name}: package lists", "env", $"APT_CONFIG={configuration}", "apt-get", "update", "--error-on=any");
        foreach (string pattern in patterns)
        {
            string script =
                """
                set -e
                cd "$0"
                package=$(apt-cache search --names-only "$1" | cut -d' ' -f1 | sort -V | tail -n 1)
                [ -n "$package" ] || { echo "no package is called $1"; exit 1; }
                apt-get download "$package"
                for file in *.deb; do dpkg -x "$file" . && echo "$file" >> packages && rm "$file"; done
                """;
            await Step.QuietAsync(
                $"{name}: fetch", "env", $"APT_CONFIG={configuration}", "sh", "-c", script, folder, pattern);
        }

        Directory.Delete(apt, recursive: true);
    }
}
